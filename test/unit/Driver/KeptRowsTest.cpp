//===- KeptRowsTest.cpp - rows that earlier sweeps measured ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/KeptRows.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace llmc;

namespace {

class KeptRowsTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("rows", "jsonl", path));
    remover.setFile(path);
  }

  void write(llvm::StringRef text) {
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << text;
    ASSERT_FALSE(code);
  }
  std::string read() {
    return (*llvm::MemoryBuffer::getFile(path))->getBuffer().str();
  }
  KeptRows open() {
    auto kept = KeptRows::open(path.str().str());
    EXPECT_TRUE(bool(kept));
    return kept ? std::move(*kept) : KeptRows();
  }
  std::string refuse() {
    auto kept = KeptRows::open(path.str().str());
    EXPECT_FALSE(bool(kept));
    return kept ? "" : llvm::toString(kept.takeError());
  }

  llvm::SmallString<64> path;
  llvm::FileRemover remover;
};

} // namespace

static SweepRow makeRow(llvm::StringRef key, double perplexity) {
  return SweepRow{{"key", key}, {"build", "w4"}, {"perplexity", perplexity}};
}

TEST_F(KeptRowsTest, areThereTheNextTime) {
  KeptRows first = open();
  EXPECT_EQ(first.find("a"), nullptr);
  EXPECT_FALSE(bool(first.add(makeRow("a", 20.125))));
  EXPECT_FALSE(bool(first.add(makeRow("b", 30))));
  KeptRows next = open();
  ASSERT_NE(next.find("a"), nullptr);
  EXPECT_EQ(next.find("a")->getNumber("perplexity"), 20.125);
  EXPECT_EQ(next.find("b")->getNumber("perplexity"), 30);
  EXPECT_EQ(next.find("c"), nullptr);
  EXPECT_FALSE(bool(next.add(makeRow("c", 40))));
  EXPECT_EQ(llvm::StringRef(read()).count('\n'), 3u);
}

TEST_F(KeptRowsTest, doWithoutARowThatIsCutOff) {
  KeptRows kept = open();
  EXPECT_FALSE(bool(kept.add(makeRow("a", 20))));
  const std::string whole = read();
  EXPECT_FALSE(bool(kept.add(makeRow("b", 30))));
  const std::string both = read();
  for (size_t size = whole.size(); size + 1 < both.size(); ++size) {
    write(both.substr(0, size));
    KeptRows cut = open();
    EXPECT_NE(cut.find("a"), nullptr) << size;
    EXPECT_EQ(cut.find("b"), nullptr) << size;
  }
}

TEST_F(KeptRowsTest, refuseOtherFiles) {
  for (const char *text : {"no rows\n", "[]\n", "{}\n", "{\"key\": 1}\n",
                           "{\"key\": \"a\"}\n", "\n"}) {
    write(text);
    EXPECT_EQ(refuse(), path.str().str() +
                            ": line 1 is no row of llmc eval --sweep: give "
                            "another file with --results");
    EXPECT_EQ(read(), text); // it is somebody's
  }
  write("{\"key\":\"a\",\"build\":\"w4\"}\nno row\n");
  EXPECT_NE(refuse().find("line 2 "), std::string::npos);
}

TEST_F(KeptRowsTest, keepNothingWithoutAName) {
  auto kept = KeptRows::open("");
  ASSERT_TRUE(bool(kept));
  EXPECT_FALSE(bool(kept->add(makeRow("a", 20))));
  EXPECT_EQ(kept->find("a"), nullptr);
}
