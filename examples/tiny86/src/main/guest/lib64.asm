bits 64
; Prints the text at RSI.
puts64:
        push rax
.next:  mov al, [rsi]
        test al, al
        jz .end
        mov [abs CONSOLE], al
        inc rsi
        jmp .next
.end:   pop rax
        ret

; Prints the text at RSI and stops.
fail64:
        call puts64
        hlt
        jmp fail64

; One processor at a time.
lock64:
        push rax
.try:   mov eax, 1
        xchg [lock_word], eax
        test eax, eax
        jz .mine
        pause
        jmp .try
.mine:  pop rax
        ret

; Fills a gate of IDT64: vector RCX, handler RAX (below 4 GiB), attributes EDX.
set_gate64:
        shl ecx, 4
        lea rdi, [IDT64 + rcx]
        mov [rdi], ax
        mov word [rdi + 2], CODE64
        mov [rdi + 4], dx
        shr eax, 16
        mov [rdi + 6], ax
        mov qword [rdi + 8], 0
        ret

; Folds EAX and RDX into fault_sum. Keeps registers.
fold64:
        push rdx
        rol dword [fault_sum], 5
        xor [fault_sum], eax
        xor [fault_sum], edx
        shr rdx, 32
        xor [fault_sum], edx
        pop rdx
        ret

; #PF. RBP is where to go on if the fault is on purpose, else 0.
page_fault64:
        push rax
        push rcx
        push rdx
        push rsi
        push rdi
        call lock64
        mov rax, [rsp + 40]             ; the error code
        mov rdx, cr2
        call fold64
        test rbp, rbp
        jnz .on_purpose
        mov esi, edx
        shr esi, 12
        and esi, 0x1FF
        cmp rdx, HEAP
        jb .bad
        cmp rdx, STACK_HIGH
        jb .user
        cmp rdx, LAZY
        jb .bad
        cmp rdx, LAZY_END
        jae .bad
        lea rsi, [PT_KERNEL + rsi * 8]
        mov ecx, P | W
        test byte [rsi], P
        jnz .return                     ; the other processor was first
        jmp .fill
.user:  lea rsi, [PT_USER + rsi * 8]    ; the entry
        mov rax, [rsi]
        test al, P
        jnz .copy
        mov ecx, P | W | U
        cmp rdx, STACK_LOW
        jb .fill
        mov rax, [rsp + 72]             ; the user's RSP
        sub rax, 32
        cmp rdx, rax
        jb .bad                         ; too far below: no growing stack
.fill:  mov edi, [next_frame]
        add dword [next_frame], 0x1000
        or ecx, edi
        mov edx, ecx
        mov ecx, 512
        xor eax, eax
        rep stosq
        mov dword [rsi + 4], NX_HIGH
        mov [rsi], edx
        jmp .return
.copy:  test ah, COPY >> 8
        jz .bad
        push rsi
        mov rsi, rax
        and esi, ~0xFFF
        mov edi, [next_frame]
        add dword [next_frame], 0x1000
        lea eax, [rdi + (P | W | U)]
        mov ecx, 512
        rep movsq
        pop rsi
        mov [rsi], eax
        invlpg [rdx]
        jmp .return
.on_purpose:
        mov [rsp + 48], rbp
        xor ebp, ebp
.return:
        mov dword [lock_word], 0
        pop rdi
        pop rsi
        pop rdx
        pop rcx
        pop rax
        add rsp, 8
        iretq
.bad:   mov esi, .text
        jmp fail64
.text:  db "FAIL: unexpected page fault", 10, 0

; #GP: always on purpose.
protection_fault64:
        push rax
        push rdx
        call lock64
        mov rax, [rsp + 16]
        xor edx, edx
        call fold64
        mov dword [lock_word], 0
        mov [rsp + 24], rbp
        test rbp, rbp
        check nz, "unexpected #GP"
        xor ebp, ebp
        pop rdx
        pop rax
        add rsp, 8
        iretq

; INT 0x80.
system_call64:
        cmp eax, SYS_PRINT
        je .print
        cmp eax, SYS_FAIL
        je fail64
        mov rsp, [kernel_sp]            ; SYS_EXIT
        jmp [kernel_ip]
.print: call puts64
        iretq

; Runs the user program at TEXT and returns when it exits.
run_user64:
        push rbp
        push rbx
        mov [kernel_sp], rsp
        mov qword [kernel_ip], .exited
        push USER_DATA
        push STACK_HIGH - 16
        push 2
        push USER_CODE64
        push TEXT
        iretq
.exited:
        pop rbx
        pop rbp
        ret
