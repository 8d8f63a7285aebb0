; The user program of 4-level paging: a page of ROM, mapped at TEXT.
        align 0x1000, db 0xF4
bits 64
USER64:
%define IN_TEXT(label) ((label) - USER64 + TEXT)
        mov ebx, HEAP
        faults f64_heap_read
        mov rax, [rbx + 8]
        test rax, rax
        check z, "a new page is zero"
        faults f64_split
        mov [rbx + 0x1FFC], rsp
        cmp [rbx + 0x1FFC], rsp
        check e, "write across two pages"

        ; A pointer with a tag; the fault is at the address without it.
        mov rcx, 0x5A << 48 | HEAP + 0x3008
        faults f64_tagged
        mov dword [rcx], 0x7A67
        cmp dword [rbx + 0x3008], 0x7A67
        check e, "pointer with a tag"

        faults f64_copy
        inc dword [COW]
        cmp dword [COW], 0xC0C0C0C1
        check e, "copied page"

        mov ecx, 4
        faults f64_stack_first
        call grow64
        cmp rsp, STACK_HIGH - 16
        check e, "stack"

        ; Protection keys.
        xor ecx, ecx
        xor edx, edx
        mov eax, 0b0100                 ; no access to key 1
        wrpkru
        expect_fault IN_TEXT(.on1)
        faults f64_key_read
        mov eax, [0x404000]
.on1:  had_fault "key read"
        mov eax, 0b1000                 ; no writes to key 1
        wrpkru
        mov eax, [0x404000]
        expect_fault IN_TEXT(.on2)
        faults f64_key_write
        mov dword [0x404000], 1
.on2:  had_fault "key write"
        xor eax, eax
        wrpkru
        mov dword [0x404000], 2

        ; What users may not do.
        expect_fault IN_TEXT(.on3)
        faults f64_kernel_read
        mov eax, [PML4]
.on3:  had_fault "kernel read"
        expect_fault IN_TEXT(.on4)
        faults f64_read_only
        mov dword [0x402000], 1
.on4:  had_fault "read only"
        expect_fault IN_TEXT(.on5)
        jmp rbx                         ; f64_no_execute is HEAP
.on5:  had_fault "no execute"
        expect_fault IN_TEXT(.on6)
        faults f64_privileged
        mov rax, cr3
.on6:  had_fault "privileged"
        mov esi, .text
        mov eax, SYS_PRINT
        int 0x80
        mov eax, SYS_EXIT
        int 0x80
.text:  db "  user program", 10, 0

grow64:
        sub rsp, 0xFF0
        faults f64_stack
        push rcx
        loop .deeper
        jmp .up
.deeper:
        call grow64
.up:    add rsp, 0xFF8
        ret
        times 0x1000 - ($ - USER64) db 0xF4
f_pae_no_execute equ 0x402000
f_smep          equ TEXT
f64_no_execute  equ HEAP
