; Page tables in ROM, all with A and D clear: the processor cannot set them, and must not mind.

; 2-level paging. 0-4M as it is, with one large page; then a table.
ROM_PD32:
        dd 0x000000 | P | W | PS
        dd ROM_PT32 + (P | W | U)
        times 1022 dd 0
ROM_PT32:                       ; from 0x400000
        dd USER32 + (P | U)
        dd 0x100000 | P | W
        dd 0x101000 | P
        times 1021 dd 0

; PAE.
ROM_PAE_PDPT:
        dq ROM_PD + P
        times 511 dq 0

; 4-level paging; PAE has the lower two levels in common.
ROM_PD:
        dq 0x000000 | P | W | PS
        dq 0x200000 | P | W | PS
        dq ROM_PT + (P | W | U)
        times 509 dq 0
ROM_PT:                         ; from 0x400000
        dq USER64 + (P | U)
        dq 0x100000 | P | W
        dd 0x101000 | P | W, NX_HIGH
        times 509 dq 0
ROM_PML4:
        dq ROM_PDPT + (P | W | U)
        times 511 dq 0
ROM_PDPT:
        dq ROM_PD + (P | W | U)
        times 511 dq 0

; 5-level paging, over the same.
ROM_PML5:
        dq ROM_PML4 + (P | W | U)
        times 511 dq 0
