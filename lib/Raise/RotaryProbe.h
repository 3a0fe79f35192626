//===- RotaryProbe.h - the rotation that a region computes ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_ROTARYPROBE_H
#define LLMC_LIB_RAISE_ROTARYPROBE_H

#include "Graph.h"

namespace llmc {

/// As llm.rope: dims `start .. start + 2 n` of the last turn by position * inv.
struct Rotation {
  bool interleaved = false;  // pairs (2i, 2i+1), else (i, i + n)
  bool leavesHalves = false; // pairs (2i, 2i+1) stand at (i, i + n) then
  int64_t start = 0;
  int64_t sequenceAxis = 0; // the dim of the value that counts positions
  double mscale = 1;
  llvm::SmallVector<float> inv; // [n]
  bool byLength = false;        // others in runs of other lengths
};

/// Gives the region between `source` and `end` vectors, and reads off what it
/// does to them at some positions.
class RotaryProbe {
public:
  /// Where the length of a run decides what turns, runs are of `longest` positions;
  /// 0: such a region is no rotation.
  RotaryProbe(const Graph &graph, mlir::Value source, mlir::Value end,
              int64_t longest);

  /// The rotation; nothing if the region is none, with a reason if it looks
  /// like one.
  std::optional<Rotation> find(std::string &reason);

private:
  using Vector = std::function<double(int64_t)>; // column -> element
  using Turned = std::optional<llvm::SmallVector<std::pair<double, double>>>;

  const Graph &graph;
  mlir::Value source, end;
  int64_t longest;
  int64_t axis = -1, columns = 0;
  double same;          // what tables of the element type round away
  int64_t before = 0;   // rows that a cache holds
  int64_t shortest = 0; // rows that a run has at least
  bool isLastHead = false;

  /// Columns `which` of the end at `position`, for rows that hold `vector`.
  std::optional<llvm::SmallVector<double>>
  apply(int64_t position, const Vector &vector, llvm::ArrayRef<int64_t> which);
  /// cos + i sin of every pair at `position`, times mscale.
  Turned turn(const Rotation &shape, int64_t position);
  bool isTurned(const Rotation &shape, int64_t position,
                const Turned &expected);
  int64_t beyondNumbers() const;
  std::optional<llvm::SmallVector<int64_t>> reachedBy(int64_t column);
  std::optional<Rotation> findShape(std::string &reason);
  bool findAngles(Rotation &rotation, std::string &reason);
  bool findAnglesOfLongest(Rotation &rotation);
  bool isSameElsewhere(const Rotation &rotation, std::string &reason);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_ROTARYPROBE_H
