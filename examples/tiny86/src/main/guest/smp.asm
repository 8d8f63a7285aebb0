; Two processors with the same page tables.
bits 64
SHOT            equ 0x650000            ; a page whose entry is changed under CPU 1
SHOT_ENTRY      equ PT_KERNEL + 0x50 * 8
ROUNDS          equ 40

; wait_for WORD, VALUE
%macro wait_for 2
%%wait: pause
        cmp dword [%1], %2
        jb %%wait
%endmacro

two_cpus:
        mov dword [SHOT_ENTRY], 0x10B000 | P | W
        mov dword [0x10B000], 0x01D01D
        mov dword [0x10C000], 0x2E32E3
        mov dword [shared_count], 0
        mov dword [cpu0_step], 0
        mov dword [cpu1_step], 0
        mov dword [START_CPU], 0xF0 + (cpu1_real_mode - $$) / 0x1000

        mov ebx, LAZY

        call fill_pages
        mov dword [cpu0_step], 1
        wait_for cpu1_step, 1
        call add_to_pages
        wait_for cpu1_step, 2
        mov ebx, LAZY
        mov ecx, 8
.sum:   cmp dword [rbx], 2 * ROUNDS + 1
        check e, "sum in a shared page"
        add ebx, 0x1000
        loop .sum
        cmp dword [shared_count], 2 * 8 * ROUNDS
        check e, "shared count"

        ; CPU 1 has read the page; its entry changes, and CPU 1 is asked to drop it.
        mov dword [SHOT_ENTRY], 0x10C000 | P | W
        invlpg [SHOT]
        cmp dword [SHOT], 0x2E32E3
        check e, "changed entry on CPU 0"
        mov dword [cpu0_step], 2
        wait_for cpu1_step, 3
        print {"  two CPUs", 10}
        ret

cpu1_long_mode:
        mov esp, STACK_CPU1
        xor ebp, ebp
        lidt [idt64_pointer]
        mov ax, TASK64_CPU1
        ltr ax
        mov ebx, LAZY + 0x1000
        call fill_pages
        mov dword [cpu1_step], 1
        wait_for cpu0_step, 1
        call add_to_pages
        cmp dword [SHOT], 0x01D01D
        check e, "entry on CPU 1"
        mov dword [cpu1_step], 2
        wait_for cpu0_step, 2
        invlpg [SHOT]
        cmp dword [SHOT], 0x2E32E3
        check e, "changed entry on CPU 1"
        mov dword [cpu1_step], 3
.stop:  hlt
        jmp .stop

; Every second page from RBX is used for the first time.
fill_pages:
        mov ecx, 4
.store:
        faults f_lazy
        mov dword [rbx], 1
        add ebx, 0x2000
        loop .store
        ret

; One to each of the eight pages, and counts, over and over.
add_to_pages:
        mov edx, ROUNDS
.round: mov ebx, LAZY
        mov ecx, 8
.next:  lock inc dword [rbx]
        mov eax, 1
        lock xadd [shared_count], eax
        add ebx, 0x1000
        loop .next
        dec edx
        jnz .round
        ret

bits 32
cpu1_protected_mode:
        mov ebx, PML4
        mov esi, cpu1_long_mode
        jmp enter_long
