; The user program of 2-level paging: a page of ROM, mapped at TEXT.
        align 0x1000, db 0xF4
bits 32
%define USER_PROGRAM
USER32:
%define IN_TEXT(label) ((label) - USER32 + TEXT)
%define HERE IN_TEXT($)
        ; The heap: pages come when they are used, and are zero.
        faults f32_heap_read
        mov eax, [HEAP + 8]
        test eax, eax
        check z, "a new page is zero"
        faults f32_heap_write
        mov dword [HEAP + 0x1010], 5
        cmp dword [HEAP + 0x1010], 5
        check e, "heap"

        ; A write across two pages, neither of which is there.
        faults f32_split
        mov dword [HEAP + 0x3FFE], 0x44332211
        cmp dword [HEAP + 0x3FFE], 0x44332211
        check e, "write across two pages"

        ; Copy on write.
        cmp dword [COW], 0xC0C0C0C0
        check e, "shared page"
        faults f32_copy
        add dword [COW], 1
        cmp dword [COW], 0xC0C0C0C1
        check e, "copied page"
        cmp dword [COW + 0xFFC], 0xEEEEEEEE
        check e, "end of the copied page"

        ; The stack grows: a page for each call. The first page faults as well.
        mov ecx, 5
        faults f32_stack_first
        call grow32
        cmp esp, STACK_HIGH - 16
        check e, "stack"

        ; What users may not do.
        expect_fault IN_TEXT(.on1)
        faults f32_kernel_read
        mov eax, [PD32]
.on1:  had_fault "kernel read"
        expect_fault IN_TEXT(.on2)
        faults f32_read_only
        mov dword [0x402000], 1
.on2:  had_fault "read only"
        expect_fault IN_TEXT(.on3)
        faults f32_supervisor_page
        mov dword [0x401000], 1
.on3:  had_fault "supervisor page"
        expect_fault IN_TEXT(.on4)
        faults f32_privileged
        mov eax, cr0
.on4:  had_fault "privileged"
        mov esi, .text
        mov eax, SYS_PRINT
        int 0x80
        mov eax, SYS_EXIT
        int 0x80
.text:  db "  user program", 10, 0

grow32:
        sub esp, 0xFF8
        faults f32_stack
        push ecx
        loop .deeper
        jmp .up
.deeper:
        call grow32
.up:    add esp, 0xFFC
        ret
        times 0x1000 - ($ - USER32) db 0xF4
