bits 32
; Prints the text at ESI.
puts32:
        push eax
.next:  mov al, [esi]
        test al, al
        jz .end
        mov [CONSOLE], al
        inc esi
        jmp .next
.end:   pop eax
        ret

; Prints the text at ESI and stops.
fail32:
        call puts32
        hlt
        jmp fail32

; Prints EAX in hexadecimal.
print_hex32:
        mov ecx, 8
.next:  rol eax, 4
        mov edx, eax
        and edx, 15
        mov dl, [.digits + edx]
        mov [CONSOLE], dl
        loop .next
        ret
.digits: db "0123456789abcdef"

; Takes a free page, EDI, without clearing it. The kernel reaches it at the same address.
take_frame32:
        mov edi, [next_frame]
        add dword [next_frame], 0x1000
        ret

; Folds EAX and EDX into fault_sum. Keeps registers.
fold32:
        push eax
        rol dword [fault_sum], 5
        xor [fault_sum], eax
        xor [fault_sum], edx
        pop eax
        ret

; Fills a gate of IDT32: vector ECX, handler EAX, attributes EDX.
set_gate32:
        lea edi, [IDT32 + ecx * 8]
        mov [edi], ax
        mov word [edi + 2], CODE32
        mov [edi + 4], dx
        shr eax, 16
        mov [edi + 6], ax
        ret

; #PF. EBP is where to go on if the fault is on purpose, else 0.
page_fault32:
        push eax
        push ecx
        push edx
        push esi
        push edi
        mov eax, [esp + 20]             ; the error code
        mov edx, cr2
        call fold32
        test ebp, ebp
        jnz .on_purpose
        cmp edx, HEAP
        jb .bad
        cmp edx, STACK_HIGH
        jae .bad
        mov esi, edx
        shr esi, 12
        and esi, 0x3FF
        lea esi, [PT32 + esi * 4]       ; the entry
        mov eax, [esi]
        test al, P
        jnz .copy
        cmp edx, STACK_LOW
        jb .fill
        mov eax, [esp + 36]             ; the user's ESP
        sub eax, 32
        cmp edx, eax
        jb .bad                         ; too far below: no growing stack
.fill:  call take_frame32
        mov edx, edi
        mov ecx, 1024
        xor eax, eax
        rep stosd
        or edx, P | W | U
        mov [esi], edx
        jmp .return
.copy:  test ah, COPY >> 8
        jz .bad
        push esi
        mov esi, eax
        and esi, ~0xFFF
        call take_frame32
        lea eax, [edi + (P | W | U)]
        mov ecx, 1024
        rep movsd
        pop esi
        mov [esi], eax
        invlpg [edx]
        jmp .return
.on_purpose:
        mov [esp + 24], ebp
        xor ebp, ebp
.return:
        pop edi
        pop esi
        pop edx
        pop ecx
        pop eax
        add esp, 4
        iret
.bad:   mov esi, .text
        jmp fail32
.text:  db "FAIL: unexpected page fault", 10, 0

; #GP: always on purpose.
protection_fault32:
        push eax
        push edx
        mov eax, [esp + 8]
        xor edx, edx
        call fold32
        mov [esp + 12], ebp
        test ebp, ebp
        check nz, "unexpected #GP"
        xor ebp, ebp
        pop edx
        pop eax
        add esp, 4
        iret

; INT 0x80.
system_call32:
        cmp eax, SYS_PRINT
        je .print
        cmp eax, SYS_FAIL
        je fail32
        mov esp, [kernel_sp]            ; SYS_EXIT
        jmp [kernel_ip]
.print: call puts32
        iret

; Runs the user program at TEXT and returns when it exits.
run_user32:
        push ebp
        push ebx
        mov [kernel_sp], esp
        mov dword [kernel_ip], .exited
        mov ax, USER_DATA
        mov ds, ax
        mov es, ax
        push USER_DATA
        push STACK_HIGH - 16
        push 2
        push USER_CODE32
        push TEXT
        iret
.exited:
        mov ax, DATA
        mov ds, ax
        mov es, ax
        pop ebx
        pop ebp
        ret
