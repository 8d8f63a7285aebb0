; Where things are. Memory: RAM 0-0x9FFFF and 0x100000-0x3FFFFF, devices at 0xA0000, ROM at 0xF0000.

; Devices
CONSOLE         equ 0xA0000     ; a byte written is a character
START_CPU       equ 0xA0010     ; a page number written starts CPU 1 there, in real mode

; RAM of the kernel
IDT32           equ 0x01000
IDT64           equ 0x02000
TSS32           equ 0x03000
TSS64           equ 0x03100
TSS64_CPU1      equ 0x03200
fault_sum       equ 0x04000     ; error codes and addresses of all faults, folded
next_frame      equ 0x04008     ; the next free page of physical memory
lock_word       equ 0x0400C
kernel_sp       equ 0x04010     ; where the kernel goes on after a user program
kernel_ip       equ 0x04018
shared_count    equ 0x04020     ; smp.asm
cpu1_step       equ 0x04024
cpu0_step       equ 0x04028
STACK           equ 0x08000     ; tops of stacks
STACK_CPU1      equ 0x09000

; Page tables in RAM
PD32            equ 0x10000
PT32            equ 0x11000
PAE_PDPT        equ 0x12000
PAE_PD          equ 0x13000
PAE_PD1         equ 0x14000
PML4            equ 0x15000
PDPT            equ 0x16000
PD              equ 0x17000
PT_USER         equ 0x18000     ; 0x400000
PT_KERNEL       equ 0x19000     ; 0x600000
PD_A            equ 0x1A000     ; 0x80000000, in address space A
PT_A            equ 0x1B000
PML4_B          equ 0x1C000     ; address space B
PDPT_B          equ 0x1D000
PD_B            equ 0x1E000
PT_B            equ 0x1F000
PML5            equ 0x20000
FIRST_FRAME     equ 0x30000

; Addresses that page tables give
TEXT            equ 0x400000    ; the user program, in ROM
HEAP            equ 0x410000    ; filled page by page when it is used
COW             equ 0x420000    ; a page that is copied when it is written to
STACK_LOW       equ 0x430000    ; the user's stack grows down to here
STACK_HIGH      equ 0x440000
LAZY            equ 0x700000    ; the kernel's own, filled when it is used
LAZY_END        equ 0x710000
PRIVATE         equ 0x80000000  ; another page in each address space

; Page-table entries
P               equ 1 << 0
W               equ 1 << 1
U               equ 1 << 2
A               equ 1 << 5
D               equ 1 << 6
PS              equ 1 << 7
G               equ 1 << 8
COPY            equ 1 << 9      ; ours: copy before writing
NX_HIGH         equ 1 << 31     ; in the upper half of an entry

; Control registers
CR0_WP          equ 1 << 16
CR0_PG          equ 1 << 31
CR4_PSE         equ 1 << 4
CR4_PAE         equ 1 << 5
CR4_PGE         equ 1 << 7
CR4_LA57        equ 1 << 12
CR4_PCIDE       equ 1 << 17
CR4_SMEP        equ 1 << 20
CR4_SMAP        equ 1 << 21
CR4_PKE         equ 1 << 22
EFER            equ 0xC0000080
EFER_LME        equ 1 << 8
EFER_NXE        equ 1 << 11

; Segments: see gdt
CODE32          equ 0x08
DATA            equ 0x10
CODE64          equ 0x18
USER_DATA       equ 0x20 | 3
USER_CODE32     equ 0x28 | 3
USER_CODE64     equ 0x30 | 3
TASK32          equ 0x38
TASK64          equ 0x40
TASK64_CPU1     equ 0x50

; System calls: INT 0x80 with the number in EAX
SYS_EXIT        equ 0
SYS_PRINT       equ 1           ; the text at ESI
SYS_FAIL        equ 2           ; stop with the text at ESI
