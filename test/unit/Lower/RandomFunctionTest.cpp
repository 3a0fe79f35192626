//===- RandomFunctionTest.cpp - random functions, compiled ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What fuses, which buffers share a place and where barriers stand depends on the
// whole graph: random ones reach combinations that nobody writes down.
//===----------------------------------------------------------------------===//
#include "CompiledFunction.h"

using namespace llmc::test;

namespace {

/// Grows a function of square matrices [n, n], so that every op fits every value.
class RandomGraph {
public:
  explicit RandomGraph(uint32_t seed) : random(seed) {}

  std::string build(int64_t ops) {
    for (int64_t i = 0; i < ops; ++i)
      add();
    std::string results, types;
    for (int64_t i = 0; i < 2; ++i) {
      results += (i ? ", " : "") + values[values.size() - 1 - i];
      types += std::string(i ? ", " : "") + matrix + " {llm.name = \"y" +
               std::to_string(i) + "\"}";
    }
    std::string arguments;
    for (int64_t i = 0; i < 2; ++i)
      arguments += (i ? ", %v" : "%v") + std::to_string(i) + ": " + matrix +
                   " {llm.name = \"x" + std::to_string(i) +
                   "\", llm.dims = [\"n\", \"n\"]}";
    std::string body = R"(
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %v0, %c0 : tensor<?x?xf32>
    %e = tensor.empty(%n, %n) : tensor<?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
    %r = tensor.empty(%n) : tensor<?xf32>
    %s = linalg.fill ins(%zero : f32) outs(%r : tensor<?xf32>) -> tensor<?xf32>
)" + text;
    return functionModule(arguments, types,
                          body + "return " + results + " : " + matrix + ", " +
                              matrix + "\n");
  }

private:
  int64_t pick(int64_t most) {
    return std::uniform_int_distribution<int64_t>(0, most)(random);
  }
  const std::string &any() { return values[pick(values.size() - 1)]; }
  std::string fresh() { return "%t" + std::to_string(next++); }

  /// Values stay near 1: what is summed is a mean, what is squared a tanh.
  void add() {
    std::string result = fresh(), a = any(), c = any();
    switch (pick(6)) {
    case 0:
      text += result + " = arith.addf " + a + ", " + c + " : " + matrix + "\n";
      break;
    case 1:
      text += result + " = math.tanh " + a + " : " + matrix + "\n";
      break;
    case 2:
      text += result + " = linalg.transpose ins(" + a + " : " + matrix +
              ") outs(%e : " + matrix + ") permutation = [1, 0]\n";
      break;
    case 3:
      result = addProduct(a, c);
      break;
    case 4:
      result = addCentred(a);
      break;
    case 5:
      text += result + "a = tensor.concat dim(0) " + a + ", " + c + " : (" +
              matrix + ", " + matrix + ") -> " + matrix + "\n" + result +
              " = tensor.extract_slice " + result +
              "a[%n, 0] [%n, %n] [1, 1] : " + matrix + " to " + matrix + "\n";
      break;
    case 6:
      text += result + " = arith.subf " + a + ", " + c + " : " + matrix + "\n";
      break;
    }
    values.push_back(result);
  }

  std::string addProduct(const std::string &a, const std::string &c) {
    std::string result = fresh();
    text += result + "p = linalg.matmul ins(" + a + ", " + c + " : " + matrix +
            ", " + matrix + ") outs(%f : " + matrix + ") -> " + matrix + "\n" +
            result + " = math.tanh " + result + "p : " + matrix + "\n";
    return result;
  }

  /// Every element minus the sum of its row, which is read by all of them.
  std::string addCentred(const std::string &a) {
    std::string result = fresh();
    text += result + "s = linalg.reduce ins(" + a + " : " + matrix +
            ") outs(%s : tensor<?xf32>) dimensions = [1]\n"
            "  (%i: f32, %o: f32) {\n    %q = arith.addf %i, %o : f32\n"
            "    linalg.yield %q : f32\n  }\n" +
            result + "b = linalg.broadcast ins(" + result +
            "s : tensor<?xf32>) outs(%e : " + matrix + ") dimensions = [1]\n" +
            result + "d = arith.subf " + a + ", " + result + "b : " + matrix +
            "\n" + result + " = math.tanh " + result + "d : " + matrix + "\n";
    return result;
  }

  const std::string matrix = "tensor<?x?xf32>";
  std::mt19937 random;
  std::vector<std::string> values = {"%v0", "%v1"};
  std::string text;
  int64_t next = 0;
};

TEST(RandomFunctions, agreeWithTheirMeaning) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CompiledFunction function(RandomGraph(seed).build(4 + 2 * seed), seed);
    ASSERT_TRUE(function.ok());
    for (int64_t n : {1, 5, 16, 19})
      function.expectAgrees(function.inputs({{"n", n}}));
  }
}

} // namespace
