/*
 * The yardstick: the loads that any walk of a mode needs, each from where the entry before points,
 * with the index arithmetic and nothing else. No check of the entry, of the slot or of the address.
 *
 * Each mode and page size has four functions. Those named chase_LEVELS_BYTES_LEAF_KIND, by the number
 * of levels, the bytes of an entry, the level of the leaf, and how the walks hang together, are the
 * plain loop, as gcc -O3 compiles it. Those named shortest_... join base and index before the entry is
 * there, which gcc does not: from one entry to the next are only an AND and the load.
 *
 * The loops are those of the interface WalkLoop: gpa g is byte g of memory, zero is 0, which the
 * compiler does not know. The table of PDPTEs of PAE paging is read where CR3 points, in place of the
 * registers.
 *
 * In two dimensions they are chase_nested_GUEST_STAGE2_LEAF_KIND, by the levels of each and the level
 * of stage 2's leaf; the guest's pages are of 4 KiB. root is where stage 2 begins. Four levels over
 * four are 24 loads, five over five 35. PDPTEs are read where cr3 points, not through stage 2.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t u64;

#define FRAME_8 0x000FFFFFFFFFF000
#define FRAME_4 0xFFFFF000

/* An empty assembly statement keeps the compiler from gathering eight walks' entries by vector
   instructions, which is slower on the processors it was tried on. */
#define PLAIN(NAME, TYPE, FRAME)                                       \
  static inline __attribute__((always_inline)) u64 NAME(               \
      const char *memory, u64 entry, u64 index) {                      \
    TYPE value;                                                        \
    memcpy(&value, memory + (entry & FRAME) + index, sizeof value);    \
    u64 wide = value;                                                  \
    __asm__("" : "+r"(wide));                                          \
    return wide;                                                       \
  }

/* Another keeps base and index together. */
#define SHORTEST(NAME, TYPE, FRAME)                                    \
  static inline __attribute__((always_inline)) u64 NAME(               \
      const char *memory, u64 entry, u64 index) {                      \
    TYPE value;                                                        \
    memory += index;                                                   \
    __asm__("" : "+r"(memory));                                        \
    memcpy(&value, memory + (entry & FRAME), sizeof value);            \
    return value;                                                      \
  }

PLAIN(chase8, u64, FRAME_8)
PLAIN(chase4, uint32_t, FRAME_4)
SHORTEST(shortest8, u64, FRAME_8)
SHORTEST(shortest4, uint32_t, FRAME_4)

typedef u64 load(const char *memory, u64 entry, u64 index);

static inline __attribute__((always_inline)) u64 walk(
    load *load8, load *load4, int levels, int bytes, int leaf, const char *memory, u64 entry,
    u64 gva) {
  if (levels == 0) return gva & 0xFFFFF000;
  if (bytes == 4) {
    if (levels >= 2) entry = load4(memory, entry, gva >> 20 & 0xFFC);
    if (leaf <= 1) entry = load4(memory, entry, gva >> 10 & 0xFFC);
    return entry;
  }
  if (levels >= 5) entry = load8(memory, entry, gva >> 45 & 0xFF8);
  if (levels >= 4) entry = load8(memory, entry, gva >> 36 & 0xFF8);
  entry = load8(memory, entry, gva >> 27 & (levels == 3 ? 0x18 : 0xFF8));
  if (leaf <= 2) entry = load8(memory, entry, gva >> 18 & 0xFF8);
  if (leaf <= 1) entry = load8(memory, entry, gva >> 9 & 0xFF8);
  return entry;
}

/* The leaf of stage 2 for the frame that a guest's entry points to: bits 51:12, whatever the others
   are, as no index has more. */
static inline __attribute__((always_inline)) u64 stage2(
    load *load8, int levels, int leaf, const char *memory, u64 root, u64 gpa) {
  u64 entry = root;
  if (levels >= 5) entry = load8(memory, entry, gpa >> 45 & 0x78);
  entry = load8(memory, entry, gpa >> 36 & 0xFF8);
  entry = load8(memory, entry, gpa >> 27 & 0xFF8);
  entry = load8(memory, entry, gpa >> 18 & 0xFF8);
  if (leaf <= 1) entry = load8(memory, entry, gpa >> 9 & 0xFF8);
  return entry;
}

/* A guest's entry, from where the entry above points. */
static inline __attribute__((always_inline)) u64 guest(
    load *load8, int levels, int leaf, const char *memory, u64 root, u64 entry, u64 index) {
  u64 found = stage2(load8, levels, leaf, memory, root, entry);
  if (leaf == 2) index |= entry & 0x1FF000;
  return load8(memory, found, index);
}

static inline __attribute__((always_inline)) u64 nested(
    load *load8, int top, int levels, int leaf, const char *memory, u64 entry, u64 root, u64 gva) {
  /* Keeps gcc from making the first walk of stage 2, of which no address is part, once for all. */
  __asm__ volatile("" : "+r"(root));
#define GUEST(INDEX) guest(load8, levels, leaf, memory, root, entry, INDEX)
  if (top >= 5) entry = GUEST(gva >> 45 & 0xFF8);
  if (top >= 4) entry = GUEST(gva >> 36 & 0xFF8);
  entry = top == 3 ? load8(memory, entry, gva >> 27 & 0x18) : GUEST(gva >> 27 & 0xFF8);
  entry = GUEST(gva >> 18 & 0xFF8);
  entry = GUEST(gva >> 9 & 0xFF8);
#undef GUEST
  return stage2(load8, levels, leaf, memory, root, entry);
}

/* WALK is an expression of memory, cr3, root and gva. */
#define LOOPS(NAME, WALK)                                                                       \
  u64 NAME##_dependent(                                                                         \
      const char *memory, u64 cr3, u64 root, const u64 *gvas, u64 n, u64 zero) {                \
    u64 sum = root & zero, result = 0;                                                          \
    for (u64 i = 0; i < n; i++) {                                                               \
      u64 gva = gvas[i] | (result & zero);                                                      \
      result = WALK;                                                                            \
      sum += result;                                                                            \
    }                                                                                           \
    return sum;                                                                                 \
  }                                                                                             \
  u64 NAME##_independent(                                                                       \
      const char *memory, u64 cr3, u64 root, const u64 *gvas, u64 n, u64 zero) {                \
    u64 sum = root & zero;                                                                      \
    for (u64 i = 0; i < n; i++) {                                                               \
      u64 gva = gvas[i];                                                                        \
      sum += WALK;                                                                              \
    }                                                                                           \
    return sum;                                                                                 \
  }

#define WALK(NAME, LEVELS, BYTES, LEAF)          \
  LOOPS(                                         \
      NAME##_##LEVELS##_##BYTES##_##LEAF,        \
      walk(NAME##8, NAME##4, LEVELS, BYTES, LEAF, memory, cr3, gva))

#define NESTED(NAME, GUEST, STAGE2, LEAF)        \
  LOOPS(                                         \
      NAME##_nested_##GUEST##_##STAGE2##_##LEAF, \
      nested(NAME##8, GUEST, STAGE2, LEAF, memory, cr3, root, gva))

#define CHASE(LEVELS, BYTES, LEAF)      \
  WALK(chase, LEVELS, BYTES, LEAF)      \
  WALK(shortest, LEVELS, BYTES, LEAF)

#define NESTED_CHASE(GUEST, STAGE2, LEAF)      \
  NESTED(chase, GUEST, STAGE2, LEAF)           \
  NESTED(shortest, GUEST, STAGE2, LEAF)

CHASE(0, 0, 0)
CHASE(2, 4, 1)
CHASE(2, 4, 2)
CHASE(3, 8, 1)
CHASE(3, 8, 2)
CHASE(4, 8, 1)
CHASE(4, 8, 2)
CHASE(4, 8, 3)
CHASE(5, 8, 1)
CHASE(5, 8, 2)
CHASE(5, 8, 3)

NESTED_CHASE(3, 4, 1)
NESTED_CHASE(4, 4, 1)
NESTED_CHASE(4, 4, 2)
NESTED_CHASE(5, 5, 1)
