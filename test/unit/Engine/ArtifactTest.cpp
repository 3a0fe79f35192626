//===- ArtifactTest.cpp - files that are what they say, and others --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <random>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// A program with its header in hand: change it, then `bytes()` with a fitting
/// checksum.
struct Parts {
  Parts()
      : body(programBytes(fakeSections())), start(artifactOffset(body)),
        end(body.size() - 8) {
    std::memcpy(&header, &body[start], sizeof header);
  }
  LlmrtSection *table() { return header.sections; }
  char &at(uint64_t offset) { return body[start + offset]; }
  std::string bytes() {
    if (fixChecksum) {
      header.checksum = 0;
      header.checksum = checksum(&header, sizeof header);
    }
    std::memcpy(&body[start], &header, sizeof header);
    return body;
  }

  std::string body;
  size_t start, end; // of the artifact; end: its mark
  LlmrtArtifact header;
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
  TemporaryFile file(programBytes(sections));
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

TEST(Artifact, codeOfDevicesIsAsManySectionsAsVariants) {
  Sections sections = fakeSections();
  sections.devices = {"for sm_80", "for sm_90a"};
  TemporaryFile file(programBytes(sections));
  auto artifact = Artifact::open(file.path());
  ASSERT_TRUE(artifact) << artifact.message();
  auto images = artifact->deviceImages();
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(std::string(images[0].begin(), images[0].end()), "for sm_80");
  EXPECT_EQ(std::string(images[1].begin(), images[1].end()), "for sm_90a");
  EXPECT_TRUE(artifact->verify());
}

TEST(Artifact, sectionsMayBeMissing) {
  TemporaryFile file(programBytes({fakeSections().weights, {}, {}, {}}));
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
      parts.at(parts.table()[0].offset + 8 * word + 7) ^= '\x80';
    EXPECT_NE(verifyError(parts.bytes()).find("section weights of "),
              std::string::npos)
        << words;
  }
}

/// `bytes` with one bit changed is not opened, or not verified; says why.
std::string findChange(std::string bytes, size_t at) {
  bytes[at] ^= 1;
  TemporaryFile file(bytes);
  auto artifact = Artifact::open(file.path());
  return artifact ? artifact->verify().message() : artifact.message();
}

TEST(Artifact, verifyFindsAnyChangedByteOfTheCode) {
  Parts parts;
  const std::string whole = parts.bytes();
  const size_t end = whole.find("code and so on") + 14;
  // Behind 64 bytes of ELF header and two program headers of 56: the section
  // headers of a fake program are part of its code.
  for (size_t i = 64 + 2 * 56; i < end; ++i)
    EXPECT_NE(findChange(whole, i).find("section code of "), std::string::npos)
        << i;
}

TEST(Artifact, verifyFindsAnyChangedByteOfTheArtifact) {
  Parts parts;
  const std::string whole = parts.bytes();
  // The header's end and all between two sections; the rest by strides.
  for (size_t i = parts.start;
       i<whole.size(); i += i> parts.start + 4200 && i + 100 < whole.size() ? 61
                                                                            : 1)
    EXPECT_NE(findChange(whole, i), "") << i;
}

TEST(Artifact, verifyFindsWhatStandsBetweenSections) {
  Parts parts;
  parts.at(parts.table()[2].offset - 1) = 'x';
  EXPECT_NE(verifyError(parts.bytes()).find("the gap before section info of "),
            std::string::npos);
}

TEST(Artifact, verifyNamesTheDamagedSection) {
  Parts parts;
  parts.at(parts.table()[2].offset) ^= 4;
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
    {"magic", [](Parts &p) { p.header.magic[3] = '?'; },
     "none of its segments begins with"},
    {"end", [](Parts &p) { p.body[p.end + 7] = 'x'; },
     "do not end in \"LLMRTEND\""},
    {"version", [](Parts &p) { p.header.abiVersion = 99; },
     "has layout version 99"},
    {"bytesLess", [](Parts &p) { p.header.bytes -= 1; }, "header says"},
    {"bytesHuge", [](Parts &p) { p.header.bytes = UINT64_MAX; }, "header says"},
    {"noSections", [](Parts &p) { p.header.sectionCount = 0; },
     "header says 0 sections"},
    {"seventeenSections", [](Parts &p) { p.header.sectionCount = 17; },
     "header says 17 sections"},
    {"countHuge", [](Parts &p) { p.header.sectionCount = UINT32_MAX; },
     "sections, allowed are"},
    {"countMore", [](Parts &p) { p.header.sectionCount = 5; },
     "section 4 has the unknown kind 0"},
    {"countLess", [](Parts &p) { p.header.sectionCount = 2; },
     "section 1, the last, is not the code"},
    {"checksum",
     [](Parts &p) { p.fixChecksum = false, p.table()[0].checksum ^= 1; },
     "header has another checksum"},
    {"unused", [](Parts &p) { p.fixChecksum = false, p.header.unused[9] = 1; },
     "header has another checksum"},
    {"kindUnknown", [](Parts &p) { p.table()[1].kind = 9; },
     "section 1 has the unknown kind 9"},
    {"kindZero", [](Parts &p) { p.table()[0].kind = 0; }, "unknown kind 0"},
    {"kindTwice", [](Parts &p) { p.table()[1].kind = LLMRT_SECTION_WEIGHTS; },
     "sections 0 and 1 are both weights"},
    {"reserved", [](Parts &p) { p.table()[0].reserved = 5; }, "reserved field"},
    {"misaligned", [](Parts &p) { p.table()[1].offset += 8; },
     "not at a multiple of 4096"},
    {"empty", [](Parts &p) { p.table()[1].bytes = 0; }, "section 1 is empty"},
    {"offsetPastEnd", [](Parts &p) { p.table()[2].offset += 1 << 20; },
     "passes the end"},
    {"offsetHuge", [](Parts &p) { p.table()[2].offset = UINT64_MAX - 4095; },
     "passes the end"},
    {"bytesPastEnd", [](Parts &p) { p.table()[2].bytes = 1 << 20; },
     "passes the end"},
    {"sumOverflows",
     [](Parts &p) {
       p.table()[1].bytes = UINT64_MAX - p.table()[1].offset + 2;
     },
     "passes the end"},
    {"inTheHeader", [](Parts &p) { p.table()[0].offset = 0; },
     "overlaps what is before, which ends at 4096"},
    {"overlap", [](Parts &p) { p.table()[1].offset = p.table()[0].offset; },
     "overlaps what is before"},
    {"outOfOrder", [](Parts &p) { std::swap(p.table()[0], p.table()[1]); },
     "overlaps what is before"},
    {"codeNotLast", [](Parts &p) { std::swap(p.table()[2], p.table()[3]); },
     "section 3, the last, is not the code"},
    {"codeMissing", [](Parts &p) { p.header.sectionCount = 3; },
     "section 2, the last, is not the code"},
    {"codeElsewhere", [](Parts &p) { p.table()[3].offset = 4096; },
     "section 3, the last, is not the code"},
    {"codeEmpty", [](Parts &p) { p.table()[3].bytes = 0; },
     "section 3 is empty"},
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
  const std::string whole = programBytes(fakeSections());
  for (size_t size = 1; size < whole.size();
       size += size + 300 < whole.size() ? 997 : 1)
    EXPECT_NE(openError(whole.substr(0, size)), "") << size;
}

TEST(Artifact, anyChangeOfTheHeaderIsAnErrorOrHarmless) {
  TemporaryFile file;
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    Parts parts;
    constexpr size_t used = offsetof(LlmrtArtifact, sections) +
                            4 * sizeof(LlmrtSection); // of fake programs
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0;
         --changes)
      reinterpret_cast<char *>(&parts.header)[random() % used] =
          static_cast<char>(random());
    std::ofstream(file.path(), std::ios::binary) << parts.bytes();
    auto artifact = Artifact::open(file.path());
    if (artifact)
      (void)artifact->verify().failed(); // reads all of every section
  }
}

//===----------------------------------------------------------------------===//
// In memory
//===----------------------------------------------------------------------===//

TEST(Artifact, aTestProgramWasLoadedWithoutOne) {
  auto artifact = Artifact::loaded();
  ASSERT_FALSE(artifact);
  EXPECT_NE(artifact.message().find("has no model: its code was not linked by "
                                    "llmc compile"),
            std::string::npos)
      << artifact.message();
}

TEST(Artifact, aSegmentInMemoryIsReadAsItStands) {
  Parts parts;
  const std::string bytes = parts.bytes().substr(parts.start);
  auto artifact = Artifact::read(
      {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}, "app");
  ASSERT_TRUE(artifact) << artifact.message();
  EXPECT_FALSE(artifact->isFile());
  EXPECT_EQ(artifact->path(), "app");
  EXPECT_TRUE(artifact->verify());
}

TEST(Artifact, pagesThatTheFileDoesNotHaveAreNoAccident) {
  Parts parts;
  const std::string whole = parts.bytes();
  for (size_t kept : {parts.start, parts.start + 4096, whole.size() - 8192}) {
    TemporaryFile file(whole.substr(0, kept));
    const int descriptor = open(file.path().c_str(), O_RDONLY);
    auto map = MappedMemory::file(descriptor, whole.size(), "a test");
    close(descriptor);
    ASSERT_TRUE(map) << map.message();
    auto artifact = Artifact::read(
        {map->data() + parts.start, whole.size() - parts.start}, "app");
    EXPECT_NE(artifact.message().find("cut off in a download"),
              std::string::npos)
        << artifact.message();
  }
}

} // namespace
