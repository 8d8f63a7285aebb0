; Long mode with 5-level paging.
bits 64
long_mode5:
        mov esp, STACK
        lidt [idt64_pointer]
        print {"5-level", 10}
        mov rbx, 1 << 48                ; canonical now, but nothing is there
        expect_fault .on1
        faults f_level5_not_present
        mov eax, [rbx]
.on1:  had_fault "level5 not present"
        test dword [ROM_PML5], A
        check z, "A of a table in ROM"
        expect_fault .on2
        mov rbx, 1 << 56
        faults f_level5_non_canonical
        mov eax, [rbx]
.on2:  had_fault "level5 non canonical"
        ; A table in RAM, with everything a second time at 1 << 48.
        mov dword [PML5], ROM_PML4 + (P | W | U)
        mov dword [PML5 + 8], PML4 | P | W | U
        mov eax, PML5
        mov cr3, rax
        mov rbx, 1 << 48
        cmp dword [rbx + 0x106000], 'AAAA'
        check e, "upper part"
        cmp dword [rbx + LAZY], 2 * ROUNDS + 1
        check e, "page of the two CPUs"
        test dword [PML5 + 8], A
        check nz, "A of a table in RAM"
        mov edi, after_level5
        jmp leave_long
