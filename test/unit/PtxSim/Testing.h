//===- Testing.h - kernels of one test ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test writes the body of a kernel; the frame around it is here. `$a` to `$c`
// stand for inputs that each thread gets, `$d` for what it gives.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_PTXSIM_TESTING_H
#define LLMC_TEST_UNIT_PTXSIM_TESTING_H

#include "llmc/PtxSim/Launch.h"

#include "gtest/gtest.h"

#include <bit>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace llmc::ptxsim::test {

inline const std::string header =
    ".version 8.0\n.target sm_90a\n.address_size 64\n";

/// Arrays of the device, each at one address.
class Arrays {
public:
  template <typename T> uint64_t put(const std::vector<T> &values) {
    uint64_t address = *memory.allocate(values.size() * sizeof(T));
    std::memcpy(reinterpret_cast<void *>(address), values.data(),
                values.size() * sizeof(T));
    return address;
  }
  template <typename T> uint64_t make(size_t count) {
    return *memory.allocate(count * sizeof(T));
  }
  template <typename T> std::vector<T> get(uint64_t address, size_t count) {
    std::vector<T> values(count);
    std::memcpy(values.data(), reinterpret_cast<void *>(address),
                count * sizeof(T));
    return values;
  }
  DeviceMemory memory;
};

/// Parameters one after another, each at a multiple of its size.
class Parameters {
public:
  template <typename... T> explicit Parameters(T... values) {
    (add(values), ...);
  }
  std::vector<uint8_t> bytes;

private:
  template <typename T> void add(T value) {
    size_t offset = (bytes.size() + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    bytes.resize(offset + sizeof(T));
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
  }
};

inline LaunchOptions shape(uint32_t blocks, uint32_t threads,
                           uint64_t seed = 0) {
  LaunchOptions options;
  options.grid.x = blocks;
  options.block.x = threads;
  options.seed = seed;
  return options;
}

/// Runs the first kernel of the text.
inline Counters runKernel(Arrays &arrays, const std::string &text,
                          const Parameters &parameters,
                          const LaunchOptions &options) {
  Module module(text, "test.ptx", arrays.memory);
  Counters counters;
  launch(module, *module.kernel(module.kernels().front()), parameters.bytes,
         arrays.memory, options, &counters);
  return counters;
}

/// What the failure of a kernel says; fails the test where it does not fail, or
/// with an error of another kind.
inline std::string failureOf(Error::Kind kind,
                             const std::function<void()> &action) {
  try {
    action();
  } catch (const Error &error) {
    EXPECT_EQ(int(error.kind), int(kind)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "did not fail";
  return {};
}

/// A kernel of two pointers: `in` is 64-bit words, three to a thread; `out` one.
inline std::string frame(std::string body, unsigned bitsD, unsigned bitsA,
                         unsigned bitsB, unsigned bitsC) {
  auto reg = [](unsigned bits) {
    return bits == 1 ? std::string(".pred") : ".b" + std::to_string(bits);
  };
  auto load = [](const char *name, unsigned bits, unsigned offset) {
    std::string at = "[%address+" + std::to_string(offset) + "];\n";
    if (bits != 1)
      return "  ld.global.b" + std::to_string(bits) + " " + name + ", " + at;
    return "  ld.global.b32 %word, " + at + "  and.b32 %word, %word, 1;\n" +
           "  setp.ne.u32 " + name + ", %word, 0;\n";
  };
  for (size_t place; (place = body.find('$')) != std::string::npos;)
    body[place] = '%';
  std::string store =
      bitsD == 1   ? "  selp.b64 %wide, 1, 0, %d;\n"
      : bitsD < 64 ? "  cvt.u64.u" + std::to_string(bitsD) + " %wide, %d;\n"
                   : "  mov.b64 %wide, %d;\n";
  return header +
         ".visible .entry test(.param .u64 in, .param .u64 out) {\n"
         "  .reg .b64 %address, %to, %wide, %at, %u<4>;\n"
         "  .reg .b32 %id, %word, %t<4>;\n  .reg .pred %p<4>;\n"
         "  .reg .b16 %h<4>;\n"
         "  .reg " +
         reg(bitsD) + " %d;\n  .reg " + reg(bitsA) + " %a;\n  .reg " +
         reg(bitsB) + " %b;\n  .reg " + reg(bitsC) +
         " %c;\n"
         "  mov.u32 %id, %tid.x;\n"
         "  ld.param.u64 %address, [in];\n  ld.param.u64 %to, [out];\n"
         "  mul.wide.u32 %at, %id, 24;\n  add.s64 %address, %address, %at;\n"
         "  mul.wide.u32 %at, %id, 8;\n  add.s64 %to, %to, %at;\n" +
         load("%a", bitsA, 0) + load("%b", bitsB, 8) + load("%c", bitsC, 16) +
         body + "\n" + store + "  st.global.b64 [%to], %wide;\n  ret;\n}\n";
}

/// Runs a body on words of 96 threads.
inline std::vector<uint64_t> evaluate(const std::string &body, unsigned bitsD,
                                      unsigned bitsA, unsigned bitsB,
                                      unsigned bitsC,
                                      const std::vector<uint64_t> &inputs) {
  Arrays arrays;
  uint64_t in = arrays.put(inputs);
  uint64_t out = arrays.make<uint64_t>(inputs.size() / 3);
  runKernel(arrays, frame(body, bitsD, bitsA, bitsB, bitsC),
            Parameters(in, out), shape(1, uint32_t(inputs.size() / 3)));
  return arrays.get<uint64_t>(out, inputs.size() / 3);
}

/// Values at the edges of all types among random ones.
inline std::vector<uint64_t> randomWords(size_t count, unsigned seed = 1) {
  static const uint64_t edges[] = {
      0,          1,          0x7f,       0x80,       0xff,       0x7fff,
      0x8000,     0xffff,     0x7fffffff, 0x80000000, 0xffffffff, ~0ull,
      1ull << 63, ~0ull >> 1, 31,         32,         33,         64};
  std::mt19937_64 random(seed);
  std::vector<uint64_t> words(count);
  for (uint64_t &word : words)
    word = random() % 3 == 0 ? edges[random() % std::size(edges)] : random();
  return words;
}

/// One opcode on random inputs, beside what C++ computes.
struct OpCase {
  const char *text;
  unsigned bitsD, bitsA, bitsB, bitsC;
  uint64_t (*expected)(uint64_t a, uint64_t b, uint64_t c);
};

inline uint64_t cut(uint64_t value, unsigned bits) {
  return bits == 64 ? value : value & ((uint64_t(1) << bits) - 1);
}

inline void checkOp(const OpCase &op) {
  std::vector<uint64_t> inputs = randomWords(96 * 3);
  std::vector<uint64_t> found =
      evaluate(op.text, op.bitsD, op.bitsA, op.bitsB, op.bitsC, inputs);
  for (size_t k = 0; k < found.size(); ++k) {
    uint64_t a = cut(inputs[3 * k], op.bitsA),
             b = cut(inputs[3 * k + 1], op.bitsB),
             c = cut(inputs[3 * k + 2], op.bitsC);
    EXPECT_EQ(found[k], cut(op.expected(a, b, c), op.bitsD))
        << op.text << std::hex << " of " << a << ", " << b << ", " << c;
  }
}

inline void PrintTo(const OpCase &op, std::ostream *out) { *out << op.text; }

} // namespace llmc::ptxsim::test

#endif // LLMC_TEST_UNIT_PTXSIM_TESTING_H
