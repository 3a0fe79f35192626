//===- Start.cpp - where the kernel or the loader enters a program --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The start file of glibc 2.34 and newer leaves constructors to the C library;
// that of an older one does not know them, and runs what the start file gives
// it. This one gives, which both versions of __libc_start_main obey.
//===----------------------------------------------------------------------===//

using Constructor = void (*)(int, char **, char **);

extern "C" {
// Placed by the linker around the pointers to constructors.
extern
    __attribute__((visibility("hidden"))) Constructor __preinit_array_start[],
    __preinit_array_end[], __init_array_start[], __init_array_end[];

__attribute__((visibility("hidden"), used)) void
llmrt_runConstructors(int argc, char **argv, char **environment) {
  for (Constructor *next = __preinit_array_start; next != __preinit_array_end;
       ++next)
    (*next)(argc, argv, environment);
  for (Constructor *next = __init_array_start; next != __init_array_end; ++next)
    (*next)(argc, argv, environment);
}
}

// __libc_start_main(main, argc, argv, constructors, no destructors, the loader's
// own end, end of the stack), with the arguments where System V's ABI leaves
// them: argc at the stack's top, argv behind it, the loader's end in rdx.
asm(R"(
  .text
  .globl _start
  .hidden _start
  .type _start, @function
_start:
  .cfi_startproc
  .cfi_undefined rip
  xorl %ebp, %ebp
  movq %rdx, %r9
  popq %rsi
  movq %rsp, %rdx
  andq $-16, %rsp
  pushq %rax
  pushq %rsp
  xorl %r8d, %r8d
  leaq llmrt_runConstructors(%rip), %rcx
  leaq main(%rip), %rdi
  call *__libc_start_main@GOTPCREL(%rip)
  hlt
  .cfi_endproc
  .size _start, .-_start
)");
