; PAE paging: first with tables in ROM, then in RAM.
bits 32
pae:
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov eax, ROM_PAE_PDPT
        mov cr3, eax
        mov ecx, EFER
        rdmsr
        or eax, EFER_NXE
        wrmsr
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax
        print {"PAE", 10}

        mov dword [0x401004], 0x55555555
        cmp dword [0x100004], 0x55555555
        check e, "write through a table in ROM"
        test dword [ROM_PT + 8], A | D
        check z, "A and D of a table in ROM"
        expect_fault .on1
        mov eax, 0x402000
        jmp eax                         ; f_pae_no_execute is 0x402000
.on1:  had_fault "pae no execute"
        ; Tables in RAM, with a second gigabyte: 0x40000000 is 0x200000.
        mov esi, ROM_PD
        mov edi, PAE_PD
        mov ecx, 1024
        rep movsd
        mov edi, PAE_PD1
        mov ecx, 1024
        xor eax, eax
        rep stosd
        mov dword [PAE_PD1], 0x200000 | P | W | PS
        mov edi, PAE_PDPT
        mov ecx, 8
        rep stosd
        mov dword [PAE_PDPT], PAE_PD | P
        mov dword [PAE_PDPT + 8], PAE_PD1 | P
        mov eax, PAE_PDPT
        mov cr3, eax
        mov dword [0x200000], 0x2222
        cmp dword [0x40000000], 0x2222
        check e, "second gigabyte"
        test dword [PAE_PD1], A
        check nz, "A of a 2-MiB page"

        ; The PDPTEs are registers, loaded with CR3: a store to memory alone changes nothing.
        mov dword [PAE_PDPT + 8], 0
        cmp dword [0x40000000], 0x2222
        check e, "PDPTE register"
        mov cr3, eax
        expect_fault .on2
        faults f_pae_no_pdpte
        mov ecx, [0x40000000]
.on2:  had_fault "pae no pdpte"
        ; One with a reserved bit is refused, and the old ones stay.
        mov dword [PAE_PDPT + 8], PAE_PD1 | P | W
        expect_fault .on3
        faults f_pae_bad_pdpte
        mov cr3, eax
.on3:  had_fault "pae bad pdpte"
        mov dword [PAE_PDPT + 8], PAE_PD1 | P
        expect_fault .on4
        faults f_pae_old_pdpte
        mov ecx, [0x40000000]
.on4:  had_fault "pae old pdpte"
        mov cr3, eax
        cmp dword [0x40000000], 0x2222
        check e, "PDPTE loaded"

        ; A reserved bit in a directory: an address beyond MAXPHYADDR.
        mov dword [PAE_PD1 + 4], 1 << 18
        mov cr3, eax
        expect_fault .on5
        faults f_pae_reserved
        mov ecx, [0x40000000]
.on5:  had_fault "pae reserved"
        jmp paging_off
