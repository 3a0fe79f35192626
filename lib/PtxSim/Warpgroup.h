//===- Warpgroup.h - products that end later ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wgmma.mma_async reads shared memory when it ends, at a time that the seed chooses:
// between its start and the wait for its group. Each warp of a warpgroup has a quarter
// of the rows and its own pace, as nothing but barriers holds the four together. Until
// a warp has waited its accumulators are nobody's, and memory that is overwritten is a
// race whatever the time was.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_WARPGROUP_H
#define LLMC_PTXSIM_WARPGROUP_H

#include "Warp.h"

#include <deque>
#include <memory>
#include <unordered_map>

namespace llmc::ptxsim {

constexpr unsigned groupWarps = 4;

/// Shape and types of a product; packed into `mode` of the instruction.
struct GroupShape {
  static constexpr unsigned rows = 64, warpRows = rows / groupWarps;

  unsigned columns;
  Type a, b;
  bool transposesA = false, transposesB = false;
  bool negatesA = false, negatesB = false, saturates = false;

  unsigned elementBytes() const { return sizeBytes(a); }
  unsigned inner() const { return 32 / elementBytes(); } // k
  unsigned sums() const { return columns / 2; }          // of a lane
  bool isFloat() const { return llmc::ptxsim::isFloat(a); }
  Type sum() const { return isFloat() ? Type::F32 : Type::S32; }

  uint32_t pack() const;
  static GroupShape of(uint32_t mode);
};

/// The products of one warp, which end in the order that they began in.
class GroupProducts {
public:
  explicit GroupProducts(Warp &warp);

  void fence();
  void start(const Instruction &i);
  void commit();
  /// All groups but the last `left` end.
  void wait(size_t left);
  /// One product ends, or none where all have.
  void completeOne();
  /// Whether there are products that were not waited for.
  bool underWay() const { return !products.empty(); }
  /// Fails where an instruction names accumulators of such a product.
  void checkRegisters(const Instruction &i) const;

private:
  struct Product {
    const Instruction *instruction = nullptr;
    uint64_t a = 0, b = 0; // descriptors
    bool adds = false;     // to what the accumulators hold
    std::shared_ptr<const Clock> before;
    uint32_t time = 0; // of its reads
    bool isDone = false;
  };
  struct Accumulator {
    Lanes seen = {};             // at the last fence, or as a product left it
    unsigned writers = 0;        // products that were not waited for
    uint32_t mode = 0, line = 0; // of the last of these
  };

  void checkAccumulators(const Instruction &i) const;
  void checkGroup(const Product &product);
  uint64_t sameInAllLanes(const Instruction &i, unsigned k, const char *what);
  void release(const Instruction &i);
  void perform(const Product &product);
  const uint8_t *read(const Product &product, uint64_t address);
  void checkRace(const Product &product, uint64_t address);
  template <typename Place>
  void readMatrix(const Product &product, uint64_t descriptor, Type type,
                  bool isTransposed, unsigned first, unsigned count,
                  Place place);
  [[noreturn]] void fail(Error::Kind kind, const Product &product,
                         const std::string &message) const;

  Warp &warp;
  std::unordered_map<uint32_t, Accumulator> accumulators; // by slot
  std::deque<Product> products; // that were not waited for
  std::deque<size_t> groups;    // how many are in each that was committed
  size_t open = 0;              // and in the one that was not
  size_t begun = 0;             // in all
  uint32_t time = 0;
  bool hasFence = false;
};

/// What the four warps of a warpgroup said of a product: all must say the same.
struct GroupIssue {
  const Instruction *instruction = nullptr;
  uint64_t a = 0, b = 0;
  unsigned warps = 0; // that have come
};

/// Begins a product; by it others find which registers are accumulators.
void startProduct(Warp &warp, const Instruction &i);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_WARPGROUP_H
