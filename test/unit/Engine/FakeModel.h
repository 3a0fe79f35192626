//===- FakeModel.h - a compiled model for tests, without a compiler -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its step is two layers of integer hashing over keys that it writes and reads
// through block tables, slots and positions, with barriers between. Any wrong
// slot, position, page, chunk or missing barrier changes the logits, and what
// they should be is a short function of the tokens.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_FAKEMODEL_H
#define LLMC_TEST_FAKEMODEL_H

#include "llmrt/abi.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace llmrt::test {

constexpr int64_t fakeVocabulary = 259; // bytes and three special tokens
constexpr int32_t fakeStart = 256;      // <|im_start|>
constexpr int32_t fakeEnd = 257;        // <|im_end|>, ends a generation
constexpr int32_t fakeEndOfText = 258;  // <|endoftext|>, as well

/// The model with code for a GPU before that for processors: for sm_80 and later ones
/// or, if `exact`, for sm_90a alone; without the latter unless `processors`.
LlmrtModel fakeDeviceModel(bool processors = true, bool exact = false);
/// That whose second layer sees the last fakeWindow positions alone.
LlmrtModel fakeWindowModel();
constexpr int64_t fakeWindow = 100;
/// Arguments of the device's kernels, and what they do; `blocks` of them one after the other.
constexpr int64_t fakeKernelArguments = 25;
/// What its attention asks for at the launch.
constexpr int64_t fakeSharedBytes = 64 * 1024;
void runFakeKernel(const std::string &name, int64_t blocks,
                   const uint64_t *arguments);

/// The weight section, 64-byte aligned.
std::span<const uint8_t> fakeWeights();

/// The logits after the last of `tokens` [V]; `window`: fakeWindow with that.
std::vector<float> expectedLogits(std::span<const int32_t> tokens,
                                  int64_t window = 0);
/// `count` tokens by largest logit; up to, without, an end token if `stops`.
std::vector<int32_t> expectedGreedy(std::vector<int32_t> prompt, int64_t count,
                                    bool stops = false, int64_t window = 0);
/// `count` arbitrary token ids below 256.
std::vector<int32_t> someTokens(int64_t count, uint32_t seed = 1);

/// A tokenizer of single bytes with the special tokens above and a ChatML
/// template; without the template if `chat` is false.
/// `begins`: its texts begin with BOS.
std::string fakeTokenizer(bool chat = true, bool begins = false);

struct Sections {
  std::string weights, tokenizer, info; // empty: left out
  std::vector<std::string> devices;
};
Sections fakeSections();

/// An ELF file with `code` in a segment and one more that is empty, for the
/// artifact: what the link leaves.
std::string linkedProgram(const std::string &code);
/// The bytes of a compiled program.
std::string programBytes(const Sections &sections,
                         const std::string &code = "code and so on");
/// Where the artifact of such a program begins.
size_t artifactOffset(const std::string &program);

/// A file in a fresh temporary folder, removed at the end.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &bytes = {},
                         const char *name = "file");
  ~TemporaryFile();
  const std::string &path() const { return filePath; }
  std::string read() const;
  /// The names of the files in the folder.
  std::vector<std::string> neighbours() const;

private:
  std::string folder, filePath;
};

} // namespace llmrt::test

#endif // LLMC_TEST_FAKEMODEL_H
