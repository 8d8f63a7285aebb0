; Two address spaces with PCIDs 1 and 2, and a global page.
bits 64
SPACE_A         equ PML4 | 1
SPACE_B         equ PML4_B | 2
GLOBAL_PAGE          equ 0x640000
GLOBAL_ENTRY    equ PT_KERNEL + 0x40 * 8

; switch VALUE, keep|flush
%macro switch 2
%ifidn %2, keep
        mov rax, %1 | 1 << 63
%else
        mov eax, %1
%endif
        mov cr3, rax
%endmacro

pcids:
        mov dword [PDPT + 2 * 8], PD_A | P | W
        mov dword [PD_A], PT_A | P | W
        mov dword [PT_A], 0x106000 | P | W
        mov dword [PML4_B], PDPT_B | P | W | U
        mov dword [PDPT_B], PD | P | W | U
        mov dword [PDPT_B + 2 * 8], PD_B | P | W
        mov dword [PD_B], PT_B | P | W
        mov dword [PT_B], 0x107000 | P | W
        mov dword [GLOBAL_ENTRY], 0x109000 | P | W | G
        mov dword [0x106000], 'AAAA'
        mov dword [0x107000], 'BBBB'
        mov dword [0x108000], 'CCCC'
        mov dword [0x109000], 'GGGG'
        mov dword [0x10A000], 'HHHH'
        mov ebx, PRIVATE

        ; Without PCIDs: each load of CR3 drops what is not global.
        mov eax, PML4
        mov cr3, rax
        cmp dword [rbx], 'AAAA'
        check e, "space A without PCIDs"
        mov eax, PML4_B
        mov cr3, rax
        cmp dword [rbx], 'BBBB'
        check e, "space B without PCIDs"
        mov eax, PML4
        mov cr3, rax

        mov rax, cr4
        or eax, CR4_PGE | CR4_PCIDE
        mov cr4, rax
        switch SPACE_A, flush
        cmp dword [rbx], 'AAAA'
        check e, "space A"
        switch SPACE_B, flush
        cmp dword [rbx], 'BBBB'
        check e, "space B"

        ; To and fro without a flush.
        mov ecx, 8
.again: switch SPACE_A, keep
        cmp dword [rbx], 'AAAA'
        check e, "space A, kept"
        cmp dword [GLOBAL_PAGE], 'GGGG'
        check e, "global page in A"
        switch SPACE_B, keep
        cmp dword [rbx], 'BBBB'
        check e, "space B, kept"
        cmp dword [GLOBAL_PAGE], 'GGGG'
        check e, "global page in B"
        dec ecx
        jnz .again

        ; A changes while B runs: it has to be dropped before A runs again, in one of these ways.
        mov dword [PT_A], 0x108000 | P | W
        switch SPACE_A, flush
        cmp dword [rbx], 'CCCC'
        check e, "flushed by the load of CR3"

        switch SPACE_B, keep
        mov dword [PT_A], 0x106000 | P | W
        mov eax, 1                      ; one PCID
        call invalidate_a
        switch SPACE_A, keep
        cmp dword [rbx], 'AAAA'
        check e, "INVPCID of one PCID"

        switch SPACE_B, keep
        mov dword [PT_A], 0x108000 | P | W
        mov eax, 0                      ; one address of one PCID
        call invalidate_a
        switch SPACE_A, keep
        cmp dword [rbx], 'CCCC'
        check e, "INVPCID of one address"

        switch SPACE_B, keep
        mov dword [PT_A], 0x106000 | P | W
        mov eax, 3                      ; all but global pages
        call invalidate_a
        switch SPACE_A, keep
        cmp dword [rbx], 'AAAA'
        check e, "INVPCID of all PCIDs"

        ; INVLPG drops a global page from all PCIDs.
        mov dword [GLOBAL_ENTRY], 0x10A000 | P | W | G
        invlpg [GLOBAL_PAGE]
        switch SPACE_B, keep
        cmp dword [GLOBAL_PAGE], 'HHHH'
        check e, "INVLPG of a global page"
        mov dword [GLOBAL_ENTRY], 0x109000 | P | W | G
        mov eax, 2                      ; all, global pages too
        call invalidate_a
        cmp dword [GLOBAL_PAGE], 'GGGG'
        check e, "INVPCID of all"
        mov dword [GLOBAL_ENTRY], 0x10A000 | P | W | G
        mov rcx, cr4
        mov rax, rcx
        and eax, ~CR4_PGE
        mov cr4, rax
        cmp dword [GLOBAL_PAGE], 'HHHH'
        check e, "CR4.PGE cleared"
        mov cr4, rcx

        expect_fault .on1
        push rbx
        push 1
        mov eax, 4
        faults f_invpcid_type
        invpcid rax, [rsp]
.on1:  had_fault "invpcid type"
        add rsp, 16
        switch SPACE_A, flush
        ret

; INVPCID of type RAX for PCID 1 and the address PRIVATE.
invalidate_a:
        push rbx
        push 1
        invpcid rax, [rsp]
        add rsp, 16
        ret
