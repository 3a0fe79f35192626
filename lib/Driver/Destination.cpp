//===- Destination.cpp - where a command writes ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Destination.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

llvm::Expected<Destination> Destination::open(llvm::StringRef output,
                                              llvm::StringRef model) {
  Destination destination;
  if (output.empty() || output == "-")
    return destination;
  if (llvm::sys::fs::equivalent(output, model))
    return llvm::createStringError(
        "cannot write '" + output +
        "': it is the model itself: give another name with -o");
  auto file = PendingFile::create(output);
  if (!file)
    return file.takeError();
  destination.file.emplace(std::move(*file));
  return destination;
}

llvm::Error Destination::write(llvm::StringRef contents) {
  if (file) {
    if (llvm::Error error = file->write(contents))
      return error;
    return file->commit();
  }
  llvm::outs() << contents; // the command's end sees whether it was written
  return llvm::Error::success();
}
