//===- OlderLibraryTest.cpp - the C library as an older one ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Emit/OlderLibrary.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"

#include <gtest/gtest.h>
#include <link.h>

using namespace llmc;

/// The path of a library that this process has loaded.
static std::string pathOf(llvm::StringRef name) {
  std::pair<llvm::StringRef, std::string> search{name, ""};
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) {
        auto &wanted =
            *static_cast<std::pair<llvm::StringRef, std::string> *>(data);
        if (llvm::StringRef(info->dlpi_name).ends_with(wanted.first))
          wanted.second = info->dlpi_name;
        return 0;
      },
      &search);
  return search.second;
}

/// "exp@@GLIBC_2.29" for each definition of a name that a link can find.
static std::vector<std::string> definitions(llvm::StringRef bytes,
                                            llvm::StringRef wanted) {
  std::vector<std::string> found;
  auto file = llvm::cantFail(llvm::object::ObjectFile::createELFObjectFile(
      llvm::MemoryBufferRef(bytes, "library")));
  auto &elf = llvm::cast<llvm::object::ELFObjectFileBase>(*file);
  auto versions = llvm::cantFail(elf.readDynsymVersions());
  for (auto [symbol, version] :
       llvm::zip(elf.getDynamicSymbolIterators(), versions))
    if (llvm::cantFail(symbol.getName()) == wanted && version.IsVerDef)
      found.push_back(version.Name);
  return found;
}

TEST(OlderLibrary, OffersTheNewestVersionThatIsOldEnough) {
  auto buffer = llvm::MemoryBuffer::getFile(pathOf("libc.so.6"));
  ASSERT_TRUE(buffer);
  auto older = makeOlderLibrary((*buffer)->getBuffer(), 31);
  ASSERT_TRUE(static_cast<bool>(older)) << llvm::toString(older.takeError());
  EXPECT_EQ(definitions(*older, "memcpy"),
            std::vector<std::string>{"GLIBC_2.14"});
  // Of three arguments since 2.3.4, of two in 2.3.3.
  EXPECT_EQ(definitions(*older, "sched_getaffinity"),
            std::vector<std::string>{"GLIBC_2.3.4"});
  auto oldest = makeOlderLibrary((*buffer)->getBuffer(), 13);
  ASSERT_TRUE(static_cast<bool>(oldest)) << llvm::toString(oldest.takeError());
  EXPECT_EQ(definitions(*oldest, "memcpy"),
            std::vector<std::string>{"GLIBC_2.2.5"});
  // 2.17 moved it here: before, no version is old enough.
  EXPECT_TRUE(definitions(*oldest, "getauxval").empty());
  EXPECT_FALSE(definitions(*older, "getauxval").empty());
}

TEST(OlderLibrary, RefusesWhatIsNoLibrary) {
  for (llvm::StringRef bytes : {llvm::StringRef(""),
                                llvm::StringRef("\x7f"
                                                "ELF"),
                                llvm::StringRef("not a library at all")}) {
    auto older = makeOlderLibrary(bytes, 31);
    EXPECT_FALSE(static_cast<bool>(older));
    llvm::consumeError(older.takeError());
  }
}
