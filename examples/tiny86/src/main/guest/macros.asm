; print "text"
%macro print 1
        mov esi, %%text
        call puts %+ __BITS__
        jmp %%after
%%text: db %1, 0
%%after:
%endmacro

; check CONDITION, "text": stops the machine with the text unless the condition holds.
%macro check 2
        j%+1 %%holds
        mov esi, %%text
%ifdef USER_PROGRAM
        mov eax, SYS_FAIL
        int 0x80
%else
        jmp fail %+ __BITS__
%endif
%%text: db "FAIL: ", %2, 10, 0
%%holds:
%endmacro

; expect_fault LABEL: the handler of the fault that comes next goes on at the label.
%macro expect_fault 1
        mov ebp, %1
%endmacro

; had_fault "text": at that label; the handler has cleared EBP.
%macro had_fault 1
        test ebp, ebp
        check z, {"no fault: ", %1}
%endmacro

; faults NAME: names the address of the next instruction for the tests.
%define HERE $
%macro faults 1
%1      equ HERE
%endmacro
