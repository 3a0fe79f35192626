//===- HalfWeights.h - panels as bf16 in shared memory ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rows of prompts meet in a block: of 32 k some panels of each product, 1 KB each, an
// operand of tensor cores.
//
//   bf16: copied as they lie, lines of 16 output rows of a k, which ldmatrix turns
//   other:  a thread has an output row, loads a stage ahead what it becomes (that of
//           the CPU's panels of pairs), and stores it when the stage before is used: lines
//           of the 32 k of an output row
//   2:4:    the same of what is kept, lines of 16 of the 32 k; which they are, behind them, as
//           `multiplySparseHalves` asks for it (HalfPairs.cpp). Where not all products are 2:4, their zeros are
//           stored
//   blocks of zeros:  lines of zeros, in which the same thread then stores what is there
//           (HalfBlocks.cpp)
//
// A line's pieces of 16 bytes are moved by its number, so that eight lines that are loaded at once
// are in different banks: lines along k are what wgmma calls swizzled by 64 bytes, lines of a k
// by 32 bytes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_HALFWEIGHTS_H
#define LLMC_LIB_LOWER_NVPTX_HALFWEIGHTS_H

#include "../Cpu/PanelLoads.h"
#include "../Cpu/PanelProduct.h"

namespace llmc {

/// Floats, two in a word, as bf16.
llvm::SmallVector<mlir::Value>
toBFloatPairs(TileBuilder &b, llvm::ArrayRef<mlir::Value> floats);

class HalfWeights {
public:
  using Value = mlir::Value;

  static constexpr int64_t panelRows = 16;
  /// A block has `tracks` panels of all products, and a thread for each output row: as many
  /// threads copy a quarter of the tracks at once, which are of one product.
  static constexpr size_t mostProducts = 4;
  static constexpr int64_t depth = 32, halves = 2; // k; 16 k each
  static constexpr int64_t lineBytes = 2 * depth;  // of the 32 k of a row
  static constexpr int64_t trackBytes = panelRows * lineBytes;
  /// Of lines of a k, where weights are copied.
  static constexpr int64_t copiedLineBytes = 2 * panelRows;

  /// Panels of each of so many products in a block of so many tracks.
  static int64_t countPanels(int64_t products, int64_t tracks);
  /// Whether kept pairs alone come to shared memory, where all products' weights are so.
  static bool isTwoOfFour(mlir::llm::PackedType weight);
  /// Byte of a piece of 16 bytes among lines of 32 k.
  static Value placeOf(TileBuilder &b, Value line, Value piece);
  /// The same among lines of two pieces.
  static Value placeOfHalf(TileBuilder &b, Value line, Value half);

  /// The panels from `firstPanel` on; those that do not exist are the last one.
  HalfWeights(TileBuilder &b, llvm::ArrayRef<PanelProduct> operands,
              int64_t tracks, Value firstPanel, Value memory);

  /// Whether weights lie in lines of a k, as they were copied.
  bool isCopied() const { return copies; }

  /// Starts the copies of 32 k to byte `stage` of the block's memory, where weights are
  /// copied; else `load` and `store` do it, and need nothing there.
  void copy(Value step, Value stage);
  /// This thread's part of 32 k, in words; empty where weights are copied.
  llvm::SmallVector<Value> load(Value step);
  void store(llvm::ArrayRef<Value> loaded, Value stage);
  /// What is stored behind `store`, in blocks of zeros. Units of floats before `unit` are in
  /// stages before: the first one that is not in this one either.
  Value place(Value step, Value stage, Value unit);

  /// A panel's 16 k of a stage as `multiplyHalves` takes them.
  llvm::SmallVector<Value> getOperand(Value stage, Value track, int64_t half,
                                      Value lane);

  /// Whether the panels are those of `multiplySparseHalves`.
  bool areSparse() const { return isSparse; }
  /// A panel's 32 k of a stage.
  llvm::SmallVector<Value> getSparseOperand(Value stage, Value track,
                                            Value lane);
  /// Indices of a track and of the next one, whose selectors are 0 and 1.
  Value getIndices(Value stage, Value track, Value lane);

private:
  Value getPanel(Value inBlock);
  /// Where a thread's line of 32 k lies: `track` of the block, and in the weights.
  struct Line {
    Value track, panel, row;
  };
  Line getLine();
  /// A group of codes, of which the k from `begin` to `end` are in a line from `place` on.
  struct PartOfGroup {
    GridStrip &strip;
    GroupOfUnit group;
    int64_t begin, end, place;
  };
  using Body = llvm::function_ref<llvm::SmallVector<Value>(int64_t)>;
  using PhaseBody =
      llvm::function_ref<llvm::SmallVector<Value>(Value firstGroup, int64_t)>;

  llvm::SmallVector<Value> chooseProduct(Value track, Body body);
  llvm::SmallVector<Value> choosePhase(const PanelProduct &operand, Value step,
                                       PhaseBody body);
  void forGroups(const PanelProduct &operand, const Line &line,
                 Value firstGroup, int64_t phase,
                 llvm::function_ref<void(const PartOfGroup &)> body);

  llvm::SmallVector<Value> loadLine(const PanelProduct &operand,
                                    const Line &line, Value step);
  llvm::SmallVector<Value> loadFloats(const PanelProduct &operand,
                                      const Line &line, Value step);
  llvm::SmallVector<Value> loadFloatCodes(const PanelProduct &operand,
                                          mlir::llm::FloatCodesAttr codes,
                                          const Line &line, Value step);
  llvm::SmallVector<Value> loadGrid(const PanelProduct &operand,
                                    const Line &line, Value step);
  void addFloats(const PartOfGroup &part, llvm::SmallVector<Value> &floats);
  void addFloats(const PartOfGroup &part, Value codes,
                 const GridStrip::Scales &scales,
                 llvm::SmallVector<Value> &floats);
  llvm::SmallVector<Value> loadPairs(const PanelProduct &operand,
                                     const Line &line, Value step);
  void storePairs(llvm::ArrayRef<Value> loaded, const Line &line, Value stage);
  void storePiece(llvm::ArrayRef<Value> words, Value to);

  static bool isPlaced(const PanelProduct &operand);
  Value placeFloats(const mlir::llm::FloatBlocks &blocks,
                    const PanelProduct &operand, const Line &line, Value step,
                    Value to, Value unit);
  void placeCodes(const PanelProduct &operand, const Line &line, Value step,
                  Value to);
  void placeGroup(const PartOfGroup &part, const Line &line, Value to);
  void storeNumbers(llvm::ArrayRef<Value> floats, Value row, Value column,
                    Value to);

  TileBuilder &b;
  llvm::ArrayRef<PanelProduct> operands;
  int64_t tracks, panels;
  bool copies, isSparse;
  Value firstPanel, memory;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_HALFWEIGHTS_H
