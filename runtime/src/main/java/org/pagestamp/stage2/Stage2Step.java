package org.pagestamp.stage2;

import org.pagestamp.walk.AdAction;

/**
 * One entry of a stage-2 walk.
 *
 * @param level 1 to 5
 * @param index of the entry in its table
 * @param entryGpa where the entry is, in the slots
 * @param slot index of the slot that holds the entry, or -1 for a hole
 * @param slotWritable whether accessed and dirty bits can be stored there
 * @param entry the value that was read; 0 if the table lies in no slot
 * @param reserved those of its bits that are set though reserved
 * @param adAction what the walk does to accessed and dirty
 * @param entryAfter the entry with what this step stores
 */
public record Stage2Step(
    int level,
    int index,
    long entryGpa,
    int slot,
    boolean slotWritable,
    long entry,
    long reserved,
    AdAction adAction,
    long entryAfter) {}
