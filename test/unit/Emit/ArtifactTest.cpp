//===- ArtifactTest.cpp - sections behind the executable ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Artifact.h"
#include "EmitTesting.h"
#include "FakeModel.h"
#include "llmc/Emit/PendingFile.h"
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
  std::string file;
  uint64_t offset; // in the file
  LlmrtArtifact header;

  explicit Artifact(llvm::StringRef path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(bool(buffer));
    file = (*buffer)->getBuffer().str();
    offset = llmrt::test::artifactOffset(file);
    std::memcpy(&header, file.data() + offset, sizeof(header));
  }
  llvm::StringRef section(size_t i) const {
    const LlmrtSection &section = header.sections[i];
    return llvm::StringRef(file).substr(offset + section.offset, section.bytes);
  }
};

} // namespace

/// Appends to a program with `codeBytes` bytes of code.
static llvm::Error
append(llvm::StringRef path, llvm::StringRef module, size_t codeBytes,
       std::string tokenizer = "", std::string info = "",
       llvm::function_ref<void(uint64_t, uint64_t)> progress = nullptr) {
  auto file = PendingFile::create(path);
  if (!file)
    return file.takeError();
  if (llvm::Error error =
          file->write(llmrt::test::linkedProgram(std::string(codeBytes, 'x'))))
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
  const LlmrtArtifact &header = artifact.header;
  EXPECT_EQ(llvm::StringRef(header.magic, 8), LLMRT_ARTIFACT_MAGIC);
  EXPECT_EQ(header.abiVersion, unsigned(LLMRT_ABI_VERSION));
  EXPECT_EQ(artifact.offset, 8192u);
  EXPECT_EQ(header.bytes, artifact.file.size() - artifact.offset);
  EXPECT_TRUE(llvm::StringRef(artifact.file).ends_with(LLMRT_ARTIFACT_END));
  ASSERT_EQ(header.sectionCount, 4u);
  EXPECT_EQ(header.sections[0].kind, unsigned(LLMRT_SECTION_WEIGHTS));
  EXPECT_EQ(header.sections[0].offset, 4096u);
  EXPECT_EQ(artifact.section(1), "tokenizer!");
  EXPECT_EQ(artifact.section(2), "{\"a\":1}");
  EXPECT_EQ(header.sections[3].kind, unsigned(LLMRT_SECTION_CODE));
  EXPECT_EQ(header.sections[3].offset, 0u);
  EXPECT_EQ(header.sections[3].bytes,
            llmrt::test::linkedProgram(std::string(5000, 'x')).size());
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

TEST(Artifact, ARuntimeVerifiesIt) {
  Folder folder;
  // Lengths that are no multiple of a word.
  ASSERT_EQ(message(append(folder.file("app"), planned, (2 << 20) + 3,
                           std::string(13, 't'), "{}")),
            "");
  auto artifact = llmrt::Artifact::open(folder.file("app"));
  ASSERT_TRUE(artifact) << artifact.message();
  EXPECT_EQ(artifact->verify().message(), "");
}

TEST(Artifact, AProgramWithoutAPlaceForItIsRefused) {
  Folder folder;
  auto file = llvm::cantFail(PendingFile::create(folder.file("app")));
  llvm::cantFail(file.write(llmrt::test::programBytes({"weights", "", ""})));
  Context context;
  auto parsed = context.parse(planned);
  WeightStore store;
  EXPECT_EQ(message(appendSections(
                file.path(), {*parsed, &store, "", nullptr, ""}, nullptr)),
            "internal error: the link left no place for the model's weights");
}

TEST(Artifact, EmptySectionsAreLeftOut) {
  Folder folder;
  ASSERT_EQ(message(append(folder.file("app"), planned, 1)), "");
  EXPECT_EQ(Artifact(folder.file("app")).header.sectionCount, 2u);
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
