; 2-level paging, first with tables in ROM, then in RAM.
bits 32
level2:
        mov eax, cr4
        or eax, CR4_PSE
        mov cr4, eax
        mov eax, ROM_PD32
        mov cr3, eax
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax
        print {"2-level", 10}

        ; A table in ROM is read as any other; its A and D bits stay as they are.
        mov dword [0x401000], 0x12345678
        cmp dword [0x100000], 0x12345678
        check e, "write through a table in ROM"
        test dword [ROM_PT32 + 4], A | D
        check z, "A and D of a table in ROM"
        test dword [ROM_PD32], A | D
        check z, "A and D of a directory in ROM"
        expect_fault .on1
        faults f_rom_not_present
        mov eax, [0x403000]
.on1:  had_fault "rom not present"
        ; Tables in RAM: the same directory, another table.
        mov esi, ROM_PD32
        mov edi, PD32
        mov ecx, 1024
        rep movsd
        mov edi, PT32
        mov ecx, 1024
        xor eax, eax
        rep stosd
        mov dword [PD32 + 4], PT32 | P | W | U
        mov dword [PT32 + 0x00 * 4], USER32 + (P | U)
        mov dword [PT32 + 0x01 * 4], 0x100000 | P | W
        mov dword [PT32 + 0x02 * 4], 0x101000 | P | U
        mov dword [PT32 + 0x20 * 4], 0x102000 | P | U | COPY
        mov dword [0x102000], 0xC0C0C0C0
        mov dword [0x102FFC], 0xEEEEEEEE
        mov eax, PD32
        mov cr3, eax

        ; A is set by a read, D by the first write and not before.
        test dword [PD32], A
        check nz, "A of a large page"
        mov eax, [0x401000]
        mov eax, [PT32 + 4]
        and eax, A | D
        cmp eax, A
        check e, "A after a read"
        mov dword [0x401000], 1
        test dword [PT32 + 4], D
        check nz, "D after a write"

        ; CR0.WP: the kernel may write to a read-only page, and then it may not.
        call wp_off
        mov dword [0x402000], 0x77
        cmp dword [0x101000], 0x77
        check e, "write with WP clear"
        call wp_on
        expect_fault .on2
        faults f_wp_set
        mov dword [0x402000], 0x88
.on2:  had_fault "wp set"
        cmp dword [0x101000], 0x77
        check e, "no write with WP set"

        ; INVLPG after an entry has changed.
        mov dword [0x103000], 0xAAAA
        mov dword [PT32 + 3 * 4], 0x101000 | P | W
        cmp dword [0x403000], 0x77
        check e, "before INVLPG"
        mov dword [PT32 + 3 * 4], 0x103000 | P | W
        invlpg [0x403FFF]
        cmp dword [0x403000], 0xAAAA
        check e, "after INVLPG"

        ; The user program, while WP is clear and has been used: users still may not write.
        call wp_off
        mov dword [0x402000], 0x99
        call run_user32
        call wp_on
        cmp dword [0x101000], 0x99
        check e, "no write by the user"
        cmp dword [0x102000], 0xC0C0C0C0
        check e, "copy on write"
        jmp paging_off

wp_off:
        mov eax, cr0
        and eax, ~CR0_WP
        mov cr0, eax
        ret
wp_on:
        mov eax, cr0
        or eax, CR0_WP
        mov cr0, eax
        ret
