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

#define LOOPS(NAME, LEVELS, BYTES, LEAF)                                                      \
  u64 NAME##_##LEVELS##_##BYTES##_##LEAF##_dependent(                                           \
      const char *memory, u64 cr3, const u64 *gvas, u64 n, u64 zero) {                          \
    u64 sum = 0, result = 0;                                                                    \
    for (u64 i = 0; i < n; i++) {                                                               \
      u64 gva = gvas[i] | (result & zero);                                                      \
      result = walk(NAME##8, NAME##4, LEVELS, BYTES, LEAF, memory, cr3, gva);                   \
      sum += result;                                                                            \
    }                                                                                           \
    return sum;                                                                                 \
  }                                                                                             \
  u64 NAME##_##LEVELS##_##BYTES##_##LEAF##_independent(                                         \
      const char *memory, u64 cr3, const u64 *gvas, u64 n, u64 zero) {                          \
    u64 sum = zero;                                                                             \
    for (u64 i = 0; i < n; i++)                                                                 \
      sum += walk(NAME##8, NAME##4, LEVELS, BYTES, LEAF, memory, cr3, gvas[i]);                 \
    return sum;                                                                                 \
  }

#define CHASE(LEVELS, BYTES, LEAF)      \
  LOOPS(chase, LEVELS, BYTES, LEAF)     \
  LOOPS(shortest, LEVELS, BYTES, LEAF)

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
