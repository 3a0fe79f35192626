//===- Unload.cpp - what a shared object gives back when it goes ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libstdc++ keeps 72 kB for exceptions where memory is short, and leaves them to
// the end of the process. A shared object has its own libstdc++, so a process that
// loads and closes models would lose them with every one.
//===----------------------------------------------------------------------===//

namespace __gnu_cxx {
void __freeres(); // of libstdc++, for whoever looks for leaks
}

// Priority 101, the first of constructors, is the last of destructors.
__attribute__((destructor(101))) static void giveBack() {
  __gnu_cxx::__freeres();
}
