; Into long mode and out of it; both processors come through here.
bits 32
; EBX is CR3, ESI where to go on in 64-bit mode. Paging is off.
enter_long:
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov cr3, ebx
        mov ecx, EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax
        jmp CODE64:.in_long
bits 64
.in_long:
        jmp rsi

; RDI is where to go on in protected mode, without paging.
leave_long:
        mov ax, DATA                    ; compatibility mode needs a stack segment
        mov ss, ax
        expect_fault .on1
        mov rax, cr0
        and eax, ~CR0_PG
        faults f_pg_in_64_bit
        mov cr0, rax                    ; only compatibility mode may leave
.on1:  had_fault "pg in 64 bit"
        jmp dword far [.compatibility]
.compatibility:
        dd .in_compatibility
        dw CODE32
bits 32
.in_compatibility:
        mov eax, cr4
        test eax, CR4_PCIDE
        jz .no_pcids
        expect_fault .on2
        mov eax, cr0
        and eax, ~CR0_PG
        faults f_pg_with_pcids
        mov cr0, eax                    ; PCIDs go first
.on2:  had_fault "pg with pcids"
        mov eax, cr4
        and eax, ~CR4_PCIDE
        mov cr4, eax
.no_pcids:
        call paging_off
        mov ecx, EFER
        rdmsr
        and eax, ~EFER_LME
        wrmsr
        mov ax, DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        jmp edi
