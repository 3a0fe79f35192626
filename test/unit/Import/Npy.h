//===- Npy.h - reads the arrays beside the test models ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_IMPORT_NPY_H
#define LLMC_TEST_UNIT_IMPORT_NPY_H

#include "llvm/Support/MemoryBuffer.h"

#include <cstring>
#include <string>
#include <vector>

namespace llmc::test {

/// The elements of a .npy file of version 1 whose dtype is `T`, row-major;
/// empty when the file is another one.
template <typename T>
std::vector<T> readNpy(const std::string &path, llvm::StringRef dtype) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return {};
  llvm::StringRef bytes = (*buffer)->getBuffer();
  if (!bytes.starts_with("\x93NUMPY\x01") || bytes.size() < 10)
    return {};
  size_t header = static_cast<uint8_t>(bytes[8]) |
                  static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8;
  if (!bytes.substr(10, header).contains(dtype))
    return {};
  bytes = bytes.drop_front(10 + header);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_IMPORT_NPY_H
