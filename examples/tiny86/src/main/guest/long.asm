; Long mode with 4-level paging.
bits 64
long_mode:
        mov esp, STACK
        xor ebp, ebp
        print {"4-level", 10}

        mov dword [0x401008], 0x66666666
        cmp dword [0x100008], 0x66666666
        check e, "write through a table in ROM"
        test dword [ROM_PML4], A
        check z, "A of a table in ROM"

        ; Tables in RAM.
        mov edi, PML4
        mov ecx, (PML5 + 0x1000 - PML4) / 8
        xor eax, eax
        rep stosq
        mov esi, ROM_PD
        mov edi, PD
        mov ecx, 512
        rep movsq
        mov dword [PML4], PDPT | P | W | U
        mov dword [PDPT], PD | P | W | U
        mov dword [PDPT + 8], 0 | P | W | PS                    ; one gigabyte at 0x40000000
        mov dword [PD + 2 * 8], PT_USER | P | W | U
        mov dword [PD + 3 * 8], PT_KERNEL | P | W
        mov dword [PD + 4 * 8], 0x200000 | P | W | PS           ; 0x800000
        mov dword [PT_USER + 0x00 * 8], USER64 + (P | U)
        mov dword [PT_USER + 0x01 * 8], 0x100000 | P | W
        mov dword [PT_USER + 0x02 * 8], 0x101000 | P | U
        mov dword [PT_USER + 0x04 * 8], 0x105000 | P | W | U
        mov dword [PT_USER + 0x04 * 8 + 4], 1 << 27             ; protection key 1
        mov dword [PT_USER + 0x20 * 8], 0x102000 | P | U | COPY
        mov eax, PML4
        mov cr3, rax
        mov eax, [0x401000]
        mov eax, [PT_USER + 8]
        and eax, A | D
        cmp eax, A
        check e, "A after a read"

        mov ecx, 13
        mov eax, protection_fault64
        mov edx, 0x8E00
        call set_gate64
        mov ecx, 14
        mov eax, page_fault64
        call set_gate64
        mov ecx, 0x80
        mov eax, system_call64
        mov edx, 0xEE00
        call set_gate64
        lidt [idt64_pointer]
        mov qword [TSS64 + 4], STACK - 0x800
        mov qword [TSS64_CPU1 + 4], STACK_CPU1 - 0x800
        mov ax, TASK64
        ltr ax

        call refused_writes
        call large_pages
        call smep_and_smap
        call dirty_pages

        mov rax, cr4
        or eax, CR4_PKE
        mov cr4, rax
        mov rax, PML4 | 1 << 62                                 ; LAM: the user's pointers have tags
        mov cr3, rax
        call run_user64
        mov eax, PML4
        mov cr3, rax
        cmp dword [0x102000], 0xC0C0C0C0
        check e, "copy on write"

        call pcids
        call two_cpus
        mov edi, after_level4
        jmp leave_long

; What gets #GP and changes nothing.
refused_writes:
        expect_fault .on1
        mov rbx, 0x0000800000000000
        faults f_non_canonical
        mov eax, [rbx]
.on1:  had_fault "non canonical"
        expect_fault .on2
        mov rax, 1 << 50
        faults f_cr3_reserved
        mov cr3, rax
.on2:  had_fault "cr3 reserved"
        expect_fault .on3
        mov rax, cr4
        and eax, ~CR4_PAE
        faults f_pae_cleared
        mov cr4, rax
.on3:  had_fault "pae cleared"
        expect_fault .on4
        mov rax, cr4
        or eax, CR4_LA57
        faults f_la57_set
        mov cr4, rax
.on4:  had_fault "la57 set"
        expect_fault .on5
        mov ecx, EFER
        rdmsr
        and eax, ~EFER_LME
        faults f_lme_cleared
        wrmsr
.on5:  had_fault "lme cleared"
        mov rax, cr3
        cmp eax, PML4
        check e, "CR3 after a refused write"
        ret

; INVLPG of any address drops the whole large page.
large_pages:
        mov dword [0x302000], 0x4C4C4C4C
        mov dword [0x102008], 0x53535353
        cmp dword [0x40102008], 0x53535353
        check e, "1-GiB page"
        test dword [PDPT + 8], A
        check nz, "A of a 1-GiB page"
        cmp dword [0x902000], 0x4C4C4C4C
        check e, "2-MiB page"
        mov dword [PD + 4 * 8], 0x000000 | P | W | PS
        invlpg [0x9FF000]
        cmp dword [0x902008], 0x53535353
        check e, "2-MiB page after INVLPG"
        ret

smep_and_smap:
        mov rax, cr4
        or eax, CR4_SMEP | CR4_SMAP
        mov cr4, rax
        expect_fault .on1
        faults f_smap_read
        mov eax, [0x402000]
.on1:  had_fault "smap read"
        stac
        mov eax, [0x402000]
        clac
        cmp eax, 0x99
        check e, "user page with AC"
        expect_fault .on2
        faults f_smap_again
        mov eax, [0x402000]
.on2:  had_fault "smap again"
        expect_fault .on3
        mov eax, TEXT
        jmp rax                         ; f_smep is TEXT
.on3:  had_fault "smep"
        ret

; Which pages were written to? Reads D of eight pages and clears it.
DIRTY           equ 0x620000
dirty_pages:
        mov ebx, PT_KERNEL + 0x20 * 8
        mov eax, 0x110000 | P | W
        mov ecx, 8
.map:   mov [rbx], rax
        add eax, 0x1000
        add ebx, 8
        loop .map
        mov eax, [DIRTY + 0x2000]
        mov [DIRTY + 0x1000], eax
        mov [DIRTY + 0x3000], eax
        mov [DIRTY + 0x4FFE], eax       ; across two pages
        call harvest
        cmp eax, 0b00111010
        check e, "dirty pages"
        mov eax, [DIRTY + 0x4000]
        mov [DIRTY + 0x3010], eax
        mov [DIRTY + 0x6000], eax
        call harvest
        cmp eax, 0b01001000
        check e, "dirty pages again"
        mov eax, [DIRTY + 0x3000]
        call harvest
        test eax, eax
        check z, "no dirty pages"
        ret

; EAX gets a bit for each page.
harvest:
        mov ebx, PT_KERNEL + 0x20 * 8
        mov edx, DIRTY
        mov ecx, 8
        xor eax, eax
.next:  test dword [rbx], D
        jz .clean
        or eax, 0x100
        and dword [rbx], ~D
        invlpg [rdx]
.clean: shr eax, 1
        add ebx, 8
        add edx, 0x1000
        loop .next
        ret
