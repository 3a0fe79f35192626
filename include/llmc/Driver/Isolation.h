//===- Isolation.h - a command in a process of its own ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM, MLIR and lld abort where memory or threads run out, a mapped file that
// shrinks kills its reader, and a bug may do anything. The command runs in a
// child, and whatever ends that, the parent says in one line with exit code 1.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_ISOLATION_H
#define LLMC_DRIVER_ISOLATION_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <string>

namespace llmc {

/// How a command ended.
struct CommandEnd {
  int code = 0;        // the process' exit code
  std::string failure; // why it could not end by itself; empty if it did
  std::string result;  // of `handOver`
};

/// Runs `command` in a child process and waits for it. Signals for this process
/// go to the child, which removes its temporary files; one that ends the child
/// and was meant for both ends this process, too. Where LLMC_IN_PROCESS is set
/// (debuggers, profilers) there is no child.
CommandEnd runIsolated(llvm::function_ref<int()> command);

/// Notes what the command is doing, for the message about its death and for who
/// watches; "": nothing that takes long.
void noteActivity(llvm::StringRef what);

/// Calls `watcher` with every activity from here on; null: nobody watches. Returns
/// who watched before.
using ActivityWatcher = std::function<void(llvm::StringRef)>;
ActivityWatcher watchActivity(ActivityWatcher watcher);

/// A short text for the parent.
void handOver(llvm::StringRef result);

/// Ends this process, the child or its parent, with one line and exit code 1,
/// its temporary files removed; takes no memory itself.
[[noreturn]] void giveUpMemory();

/// From here on operator new and LLVM's allocators do so where there is none.
void endWhereMemoryEnds();

/// Standard descriptors that are closed become ones that read nothing and fail
/// to write, so that no file that is opened later takes their place.
void openStandardDescriptors();

} // namespace llmc

#endif // LLMC_DRIVER_ISOLATION_H
