; The ROM of tiny86: 64 KiB at 0xF0000, page tables first, then code. build.sh assembles it.
;
; The processor starts at F000:FFF0 in real mode, as an 8086 does, and goes through every paging
; mode and back. What must hold is checked on the way; a check that fails is printed, and the
; machine stops. Labels f_... are where faults are taken on purpose; the tests know them by name.

        org 0xF0000

%include "layout.asm"
%include "macros.asm"
%include "tables.asm"
%include "real.asm"
%include "lib32.asm"
%include "protected.asm"
%include "level2.asm"
%include "pae.asm"
%include "switch.asm"
%include "lib64.asm"
%include "long.asm"
%include "pcid.asm"
%include "smp.asm"
%include "level5.asm"
%include "user32.asm"
%include "user64.asm"

        times 0xFFF0 - ($ - $$) db 0xF4         ; HLT
bits 16
        jmp 0xF000:real_mode - $$
        times 0x10000 - ($ - $$) db 0
