; Protected mode, first without paging; also where every other mode comes back to.
bits 32
protected_mode:
        mov esp, STACK
        xor ebp, ebp
        mov dword [fault_sum], 0
        mov dword [next_frame], FIRST_FRAME
        mov dword [lock_word], 0
        print {"32", 10}

        ; The ROM reads as it is and cannot be written.
        mov dword [ROM_PT32], 0
        cmp dword [ROM_PT32], USER32 + (P | U)
        check e, "ROM"

        mov ecx, 13
        mov eax, protection_fault32
        mov edx, 0x8E00
        call set_gate32
        mov ecx, 14
        mov eax, page_fault32
        call set_gate32
        mov ecx, 0x80
        mov eax, system_call32
        mov edx, 0xEE00
        call set_gate32
        lidt [idt32_pointer]
        mov dword [TSS32 + 4], STACK - 0x800
        mov dword [TSS32 + 8], DATA
        mov ax, TASK32
        ltr ax

        call level2
        call pae
        mov ebx, ROM_PML4
        mov esi, long_mode
        jmp enter_long
after_level4:
        mov esp, STACK
        lidt [idt32_pointer]
        print {"32 again", 10}

        mov eax, cr4                    ; 5-level paging: on while there is no paging
        or eax, CR4_LA57
        mov cr4, eax
        mov ebx, ROM_PML5
        mov esi, long_mode5
        jmp enter_long
after_level5:
        mov esp, STACK
        lidt [idt32_pointer]

        ; The end: fold the kernel's memory, page tables included, and all frames handed out.
        mov eax, [fault_sum]
        mov esi, 0x1000
        mov ecx, (0x50000 - 0x1000) / 4
        call fold_memory
        mov esi, 0x100000
        mov ecx, 0x20000 / 4
        call fold_memory
        push eax
        print "checksum "
        pop eax
        call print_hex32
        print {10, "bye", 10}
.stop:  hlt
        jmp .stop

; Folds ECX dwords at ESI into EAX.
fold_memory:
        rol eax, 5
        add eax, [esi]
        add esi, 4
        loop fold_memory
        ret

idt32_pointer:
        dw 0x81 * 8 - 1
        dd IDT32
idt64_pointer:
        dw 0x81 * 16 - 1
        dq IDT64

; Turns paging off; the code runs where it is mapped to itself.
paging_off:
        mov eax, cr0
        and eax, ~CR0_PG
        mov cr0, eax
        ret
