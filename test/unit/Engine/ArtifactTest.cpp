//===- ArtifactTest.cpp - files that are what they say, and others --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <random>

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// A file taken apart: change it, then `bytes()` with fitting checksums.
struct Parts {
  Parts() : body(artifactBytes(fakeSections())) {
    std::memcpy(&trailer, body.data() + body.size() - sizeof trailer,
                sizeof trailer);
    table.resize(trailer.sectionCount);
    std::memcpy(table.data(), body.data() + trailer.tableOffset,
                table.size() * sizeof(LlmrtSection));
    body.resize(trailer.tableOffset);
  }
  std::string bytes() {
    const size_t tableBytes = table.size() * sizeof(LlmrtSection);
    if (fixChecksum)
      trailer.checksum = checksum(table.data(), tableBytes);
    std::string file = body;
    file.append(reinterpret_cast<const char *>(table.data()), tableBytes);
    file.append(reinterpret_cast<const char *>(&trailer), sizeof trailer);
    return file;
  }

  std::string body;
  std::vector<LlmrtSection> table;
  LlmrtTrailer trailer;
  bool fixChecksum = true;
};

std::string openError(const std::string &bytes) {
  TemporaryFile file(bytes);
  auto artifact = Artifact::open(file.path());
  if (artifact)
    return "";
  EXPECT_EQ(artifact.message().find(file.path() + ": "), 0u)
      << artifact.message();
  EXPECT_EQ(artifact.message().find('\n'), std::string::npos);
  return artifact.message().substr(
      std::min(artifact.message().size(), file.path().size() + 2));
}

TEST(Artifact, mapsItsSections) {
  Sections sections = fakeSections();
  TemporaryFile file(artifactBytes(sections));
  auto artifact = Artifact::open(file.path());
  ASSERT_TRUE(artifact) << artifact.message();
  auto textOf = [&](uint32_t kind) {
    auto bytes = artifact->section(kind);
    return std::string(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(textOf(LLMRT_SECTION_WEIGHTS), sections.weights);
  EXPECT_EQ(textOf(LLMRT_SECTION_TOKENIZER), sections.tokenizer);
  EXPECT_EQ(textOf(LLMRT_SECTION_INFO), sections.info);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(
                artifact->section(LLMRT_SECTION_WEIGHTS).data()) %
                64,
            0u);
  EXPECT_TRUE(artifact->verify());
}

TEST(Artifact, sectionsMayBeMissing) {
  TemporaryFile file(artifactBytes({fakeSections().weights, {}, {}}));
  auto artifact = Artifact::open(file.path());
  ASSERT_TRUE(artifact) << artifact.message();
  EXPECT_TRUE(artifact->section(LLMRT_SECTION_TOKENIZER).empty());
}

std::string verifyError(const std::string &bytes) {
  TemporaryFile file(bytes);
  auto artifact = Artifact::open(file.path());
  EXPECT_TRUE(artifact) << artifact.message();
  return artifact ? artifact->verify().message() : "";
}

TEST(Artifact, verifyFindsEvenNumbersOfTopBits) {
  for (size_t words : {1, 2, 4, 64}) {
    Parts parts;
    for (size_t word = 0; word < words; ++word)
      parts.body[parts.table[0].offset + 8 * word + 7] ^= '\x80';
    EXPECT_NE(verifyError(parts.bytes()).find("section weights of "),
              std::string::npos)
        << words;
  }
}

TEST(Artifact, verifyFindsAnyChangedByteOfTheCode) {
  const size_t codeBytes = Parts().table.back().bytes;
  for (size_t i = 0; i < codeBytes; ++i) {
    Parts parts;
    parts.body[i] ^= 1;
    EXPECT_NE(verifyError(parts.bytes()).find("section code of "),
              std::string::npos)
        << i;
  }
}

TEST(Artifact, verifyNamesTheDamagedSection) {
  Parts parts;
  parts.body[parts.table[2].offset] ^= 4;
  TemporaryFile file(parts.bytes());
  auto artifact = Artifact::open(file.path());
  ASSERT_TRUE(artifact) << artifact.message();
  EXPECT_NE(artifact->verify().message().find("section info of "),
            std::string::npos);
}

struct Hostile {
  const char *name;
  std::function<void(Parts &)> change;
  const char *message; // part of it
};

class HostileArtifact : public testing::TestWithParam<Hostile> {};

const Hostile hostileFiles[] = {
    {"magic", [](Parts &p) { p.trailer.magic[3] = '?'; }, "no trailer"},
    {"version", [](Parts &p) { p.trailer.abiVersion = 7; },
     "trailer has layout version 7"},
    {"fileBytesLess", [](Parts &p) { p.trailer.fileBytes -= 1; },
     "trailer says"},
    {"fileBytesHuge", [](Parts &p) { p.trailer.fileBytes = UINT64_MAX; },
     "trailer says"},
    {"noSections", [](Parts &p) { p.trailer.sectionCount = 0; },
     "trailer says 0 sections"},
    {"seventeenSections", [](Parts &p) { p.trailer.sectionCount = 17; },
     "trailer says 17 sections"},
    {"countHuge", [](Parts &p) { p.trailer.sectionCount = UINT32_MAX; },
     "sections, allowed are"},
    {"countMore", [](Parts &p) { p.trailer.sectionCount = 5; },
     "does not end at the trailer"},
    {"countLess", [](Parts &p) { p.trailer.sectionCount = 2; },
     "does not end at the trailer"},
    {"tableLater", [](Parts &p) { p.trailer.tableOffset += 32; },
     "does not end at the trailer"},
    {"tableHuge", [](Parts &p) { p.trailer.tableOffset = UINT64_MAX - 8; },
     "does not end at the trailer"},
    {"tableChecksum",
     [](Parts &p) { p.fixChecksum = false, p.table[0].checksum ^= 1; },
     "another checksum than the trailer"},
    {"kindUnknown", [](Parts &p) { p.table[1].kind = 9; },
     "section 1 has the unknown kind 9"},
    {"kindZero", [](Parts &p) { p.table[0].kind = 0; }, "unknown kind 0"},
    {"kindTwice", [](Parts &p) { p.table[1].kind = LLMRT_SECTION_WEIGHTS; },
     "sections 0 and 1 are both weights"},
    {"reserved", [](Parts &p) { p.table[0].reserved = 5; }, "reserved field"},
    {"misaligned", [](Parts &p) { p.table[1].offset += 8; },
     "not at a multiple of 4096"},
    {"empty", [](Parts &p) { p.table[1].bytes = 0; }, "section 1 is empty"},
    {"offsetPastTable", [](Parts &p) { p.table[2].offset += 1 << 20; },
     "passes the section table"},
    {"offsetHuge", [](Parts &p) { p.table[2].offset = UINT64_MAX - 4095; },
     "passes the section table"},
    {"bytesPastTable", [](Parts &p) { p.table[2].bytes = 1 << 20; },
     "passes the section table"},
    {"sumOverflows",
     [](Parts &p) { p.table[1].bytes = UINT64_MAX - p.table[1].offset + 2; },
     "passes the section table"},
    {"overlap", [](Parts &p) { p.table[1].offset = p.table[0].offset; },
     "overlaps the one before"},
    {"outOfOrder", [](Parts &p) { std::swap(p.table[0], p.table[1]); },
     "overlaps the one before"},
    {"codeNotLast", [](Parts &p) { std::swap(p.table[2], p.table[3]); },
     "section 3, the last, is not the code at 0"},
    {"codeMissing",
     [](Parts &p) {
       p.table.pop_back(), p.trailer.sectionCount = 3;
       p.trailer.fileBytes -= sizeof(LlmrtSection);
     },
     "section 2, the last, is not the code at 0"},
    {"codeElsewhere", [](Parts &p) { p.table[3].offset = 4096; },
     "section 3, the last, is not the code at 0"},
    {"codeEmpty", [](Parts &p) { p.table[3].bytes = 0; }, "section 3 is empty"},
    {"codeInTheWeights", [](Parts &p) { p.table[3].bytes = 4097; },
     "section 0 at 4096 overlaps the one before, which ends at 4097"},
};

TEST_P(HostileArtifact, isOneClearError) {
  Parts parts;
  GetParam().change(parts);
  std::string error = openError(parts.bytes());
  EXPECT_NE(error.find(GetParam().message), std::string::npos) << error;
}
INSTANTIATE_TEST_SUITE_P(Classes, HostileArtifact,
                         testing::ValuesIn(hostileFiles), [](const auto &info) {
                           return std::string(info.param.name);
                         });

TEST(Artifact, otherFilesAreErrors) {
  EXPECT_NE(openError("").find("cannot open"), std::string::npos); // not there
  EXPECT_NE(openError("x").find("has no model"), std::string::npos);
  EXPECT_NE(openError(std::string(100000, 'x')).find("has no model"),
            std::string::npos);
  EXPECT_NE(Artifact::open("/").message(), "");
  EXPECT_EQ(Artifact::open("/dev/null").message(),
            "/dev/null: is not a regular file");
}

TEST(Artifact, cutOffAnywhereItIsAnError) {
  const std::string whole = artifactBytes(fakeSections());
  for (size_t size = 1; size < whole.size();
       size += size + 300 < whole.size() ? 997 : 1)
    EXPECT_NE(openError(whole.substr(0, size)), "") << size;
}

TEST(Artifact, anyChangeOfTableOrTrailerIsAnErrorOrHarmless) {
  TemporaryFile file;
  const Parts whole;
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    Parts parts = whole;
    const size_t tableBytes = parts.table.size() * sizeof(LlmrtSection);
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0;
         --changes) {
      size_t at = random() % (tableBytes + sizeof parts.trailer);
      auto *byte =
          at < tableBytes
              ? reinterpret_cast<char *>(parts.table.data()) + at
              : reinterpret_cast<char *>(&parts.trailer) + (at - tableBytes);
      *byte = static_cast<char>(random());
    }
    std::ofstream(file.path(), std::ios::binary) << parts.bytes();
    auto artifact = Artifact::open(file.path());
    if (artifact)
      (void)artifact->verify().failed(); // reads all of every section
  }
}

TEST(Artifact, aChangedTrailerByteIsFound) {
  const std::string whole = artifactBytes(fakeSections());
  for (size_t i = whole.size() - sizeof(LlmrtTrailer) - 96; i < whole.size();
       ++i) {
    std::string file = whole;
    file[i] ^= 1;
    EXPECT_NE(openError(file), "") << i;
  }
}

} // namespace
