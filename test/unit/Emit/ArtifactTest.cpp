//===- ArtifactTest.cpp - sections behind the executable ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EmitTesting.h"
#include "llmc/Emit/PendingFile.h"
#include "llmrt/Checksum.h"
#include "llmrt/abi.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cstring>

using namespace llmc;
using namespace llmc::testing;

// Two weights with a gap between them.
static const char *const planned = R"(
  llm.weight @late : tensor<3xf32> value dense<[4.0, 5.0, 6.0]> : tensor<3xf32> at 128
  llm.weight @early : tensor<2xf32> value dense<[1.0, 2.0]> : tensor<2xf32> at 64
)";

namespace {

/// An artifact read back as abi.h draws it.
struct Artifact {
  std::string bytes;
  LlmrtTrailer trailer;
  std::vector<LlmrtSection> sections;

  explicit Artifact(llvm::StringRef path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(bool(buffer));
    bytes = (*buffer)->getBuffer().str();
    std::memcpy(&trailer, bytes.data() + bytes.size() - sizeof(trailer),
                sizeof(trailer));
    sections.resize(trailer.sectionCount);
    std::memcpy(sections.data(), bytes.data() + trailer.tableOffset,
                sections.size() * sizeof(LlmrtSection));
  }
  llvm::StringRef section(size_t i) const {
    return llvm::StringRef(bytes).substr(sections[i].offset, sections[i].bytes);
  }
};

} // namespace

/// Appends to a file of `codeBytes` bytes.
static llvm::Error
append(llvm::StringRef path, llvm::StringRef module, size_t codeBytes,
       std::string tokenizer = "", std::string info = "",
       llvm::function_ref<void(uint64_t, uint64_t)> progress = nullptr) {
  auto file = PendingFile::create(path);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->write(std::string(codeBytes, 'x')))
    return error;
  Context context;
  auto parsed = context.parse(module);
  WeightStore store;
  if (llvm::Error error = appendSections(
          file->path(),
          {*parsed, &store, std::move(tokenizer),
           [&]() -> llvm::Expected<std::string> { return info; }, ""},
          progress))
    return error;
  return file->commit();
}

TEST(Artifact, HasSectionsWhereTheTableSays) {
  Folder folder;
  ASSERT_EQ(message(append(folder.file("app"), planned, 5000, "tokenizer!",
                           "{\"a\":1}")),
            "");
  Artifact artifact(folder.file("app"));
  EXPECT_EQ(llvm::StringRef(artifact.trailer.magic, 8), LLMRT_TRAILER_MAGIC);
  EXPECT_EQ(artifact.trailer.abiVersion, unsigned(LLMRT_ABI_VERSION));
  EXPECT_EQ(artifact.trailer.fileBytes, artifact.bytes.size());
  ASSERT_EQ(artifact.sections.size(), 4u);
  EXPECT_EQ(artifact.sections[0].kind, unsigned(LLMRT_SECTION_WEIGHTS));
  EXPECT_EQ(artifact.sections[0].offset, 8192u);
  EXPECT_EQ(artifact.section(1), "tokenizer!");
  EXPECT_EQ(artifact.section(2), "{\"a\":1}");
  EXPECT_EQ(artifact.sections[3].kind, unsigned(LLMRT_SECTION_CODE));
  EXPECT_EQ(artifact.sections[3].offset, 0u);
  EXPECT_EQ(artifact.section(3), std::string(5000, 'x'));
}

TEST(Artifact, WeightsStandAtTheirPlannedOffsets) {
  Folder folder;
  ASSERT_EQ(message(append(folder.file("app"), planned, 100)), "");
  Artifact artifact(folder.file("app"));
  llvm::StringRef weights = artifact.section(0);
  ASSERT_EQ(weights.size(), 192u);
  float early[2], late[3];
  std::memcpy(early, weights.data() + 64, sizeof(early));
  std::memcpy(late, weights.data() + 128, sizeof(late));
  EXPECT_EQ(early[1], 2.0f);
  EXPECT_EQ(late[2], 6.0f);
  EXPECT_EQ(weights.take_front(64), std::string(64, '\0'));
  EXPECT_EQ(weights.substr(72, 56), std::string(56, '\0'));
}

TEST(Artifact, ChecksumsMatchTheBytes) {
  Folder folder;
  // Code longer than one read back, and lengths that are no multiple of a word.
  ASSERT_EQ(message(append(folder.file("app"), planned, (2 << 20) + 3,
                           std::string(13, 't'), "{}")),
            "");
  Artifact artifact(folder.file("app"));
  for (size_t i = 0; i < artifact.sections.size(); ++i)
    EXPECT_EQ(artifact.sections[i].checksum,
              llmrt::checksum(artifact.section(i).data(),
                              artifact.section(i).size()));
  EXPECT_EQ(artifact.trailer.checksum,
            llmrt::checksum(artifact.sections.data(),
                            artifact.sections.size() * sizeof(LlmrtSection)));
}

TEST(Artifact, EmptySectionsAreLeftOut) {
  Folder folder;
  ASSERT_EQ(message(append(folder.file("app"), planned, 1)), "");
  EXPECT_EQ(Artifact(folder.file("app")).sections.size(), 2u);
}

TEST(Artifact, ProgressReachesTheWhole) {
  Folder folder;
  std::vector<uint64_t> heard;
  uint64_t total = 0;
  ASSERT_EQ(message(append(folder.file("app"), planned, 1, "", "",
                           [&](uint64_t done, uint64_t all) {
                             heard.push_back(done);
                             total = all;
                           })),
            "");
  EXPECT_EQ(heard, (std::vector<uint64_t>{72, 140}));
  EXPECT_EQ(total, 192u);
}

TEST(Artifact, AMissingSourceLeavesNoFile) {
  Folder folder;
  std::string error =
      message(append(folder.file("app"),
                     "llm.weight @w : tensor<2xf32> source \"gone\" at 0", 1));
  EXPECT_NE(error.find("gone"), std::string::npos) << error;
  EXPECT_TRUE(folder.entries().empty());
}
