package org.pagestamp.walk;

/**
 * One entry of a walk.
 *
 * @param level 1 to 5
 * @param index of the entry in its table
 * @param entryGpa where the entry is; for a PDPTE register of PAE paging -1
 * @param slot index of the slot that holds the entry, or -1 for a register or a hole
 * @param slotWritable whether accessed and dirty bits can be stored there
 * @param entry the value that was read; 0 if the table lies in no slot
 * @param reserved those of its bits that are set though reserved
 * @param writableAbove whether every level above allows writes
 * @param userAbove whether every level above allows user accesses
 * @param executableAbove whether no level above has NX set
 * @param adAction what the walk does to A and D
 * @param entryAfter the entry with what this step stores; an entry that a recursive table uses at
 *     several levels ends with the union
 */
public record WalkStep(
    int level,
    int index,
    long entryGpa,
    int slot,
    boolean slotWritable,
    long entry,
    long reserved,
    boolean writableAbove,
    boolean userAbove,
    boolean executableAbove,
    AdAction adAction,
    long entryAfter) {}
