; Real mode: where both processors start. CPU 1 is started at this page, 0xF8000.
bits 16
cpu1_real_mode:
        mov esi, cpu1_protected_mode
        jmp enter_protected
real_mode:
        mov ax, CONSOLE >> 4
        mov es, ax
        mov byte [es:0], '1'            ; "16", to the device
        mov byte [es:0], '6'
        mov byte [es:0], 10
        mov esi, protected_mode
enter_protected:
        mov ax, 0xF000
        mov ds, ax
        lgdt [gdt_pointer - $$]
        mov eax, cr0
        or eax, 1
        mov cr0, eax
        jmp dword CODE32:.protected
bits 32
.protected:
        mov ax, DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        jmp esi

; The segments are "accessed" already; that tasks become busy is lost, as this is ROM.
gdt:
        dq 0
        dq 0x00CF9B000000FFFF           ; CODE32
        dq 0x00CF93000000FFFF           ; DATA
        dq 0x00AF9B000000FFFF           ; CODE64
        dq 0x00CFF3000000FFFF           ; USER_DATA
        dq 0x00CFFB000000FFFF           ; USER_CODE32
        dq 0x00AFFB000000FFFF           ; USER_CODE64
        dq 0x0000890000000067 | TSS32 << 16
        dq 0x0000890000000067 | TSS64 << 16, 0
        dq 0x0000890000000067 | TSS64_CPU1 << 16, 0
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt
