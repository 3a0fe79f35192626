//===- Convolution.cpp - sums over windows --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As plain loops: batch, channels of the result, places; then channels of the input
// and places of the window. What is beside the input is 0.
//===----------------------------------------------------------------------===//
#include "Reductions.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

namespace {

/// Windows of a dim.
struct Window {
  int64_t kernel, stride = 1, dilation = 1;
  Size before, behind; // pads

  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

class ConvLowering {
public:
  explicit ConvLowering(Node &node)
      : node(node), input(node.in(0)), weights(node.in(1)),
        group(node.integer("group", 1)) {}

  LogicalResult run() {
    int64_t dims = input.rank() - 2;
    if (dims < 1 || weights.rank() != input.rank() || group < 1)
      return node.fail("has no windows of its input's dims");
    if (!readWindows(dims))
      return node.fail("has windows, strides, dilations or pads that it cannot "
                       "have, or that only a call knows");
    auto channels = SizeBuilder::getNumber(weights.sizes[0]);
    if (!channels || *channels % group)
      return node.fail("has channels that its groups do not divide");
    perGroup = *channels / group;
    TensorSizes sizes = {input.sizes[0], weights.sizes[0]};
    for (auto [d, window] : llvm::enumerate(windows))
      sizes.push_back(countPlaces(input.sizes[2 + d], window));
    return setResult(sum(sizes), sizes);
  }

private:
  Node &node;
  SizedTensor input, weights;
  int64_t group, perGroup = 1;
  SmallVector<Window> windows;

  bool readWindows(int64_t dims) {
    SmallVector<int64_t> ones(dims, 1);
    auto strides = node.integerList("strides").value_or(ones),
         dilations = node.integerList("dilations").value_or(ones),
         pads = node.integerList("pads").value_or(
             SmallVector<int64_t>(2 * dims, 0));
    if (static_cast<int64_t>(strides.size()) != dims ||
        static_cast<int64_t>(dilations.size()) != dims ||
        static_cast<int64_t>(pads.size()) != 2 * dims)
      return false;
    StringRef automatic = node.string("auto_pad", "NOTSET");
    for (int64_t d = 0; d < dims; ++d) {
      auto kernel = SizeBuilder::getNumber(weights.sizes[2 + d]);
      if (!kernel || *kernel < 1 || strides[d] < 1 || dilations[d] < 1)
        return false;
      Window window{*kernel, strides[d], dilations[d],
                    node.sizes.number(pads[d]),
                    node.sizes.number(pads[dims + d])};
      if (automatic.starts_with("SAME"))
        padSame(window, input.sizes[2 + d], automatic == "SAME_LOWER");
      else if (automatic == "VALID")
        window.before = window.behind = node.sizes.number(0);
      windows.push_back(window);
    }
    return true;
  }

  /// As many places as strides begin; an odd pad is behind, or before (`lower`).
  void padSame(Window &window, Size size, bool lower) {
    SizeBuilder &sizes = node.sizes;
    Size stride = sizes.number(window.stride);
    Size places =
        sizes.divide(sizes.add(size, sizes.number(window.stride - 1)), stride);
    Size covered = sizes.add(
        sizes.multiply(sizes.subtract(places, sizes.number(1)), stride),
        sizes.number(window.extent()));
    Size all = sizes.greatest(sizes.subtract(covered, size), sizes.number(0));
    Size half = sizes.divide(all, sizes.number(2));
    Size rest = sizes.subtract(all, half);
    window.before = lower ? rest : half;
    window.behind = lower ? half : rest;
  }

  Size countPlaces(Size size, const Window &window) {
    SizeBuilder &sizes = node.sizes;
    Size padded = sizes.add(sizes.add(size, window.before), window.behind);
    Size free =
        sizes.greatest(sizes.subtract(padded, sizes.number(window.extent())),
                       sizes.number(-window.stride));
    return sizes.divide(sizes.add(free, sizes.number(window.stride)),
                        sizes.number(window.stride));
  }

  /// [N, M, places...], in the type of sums.
  Value sum(ArrayRef<Size> sizes) {
    int64_t dims = windows.size(), loops = 2 * dims + 3;
    SmallVector<int64_t> weightDims = {1, dims + 2}, kept = {0, 1};
    SmallVector<bool> reduced(loops, true);
    std::fill_n(reduced.begin(), dims + 2, false);
    for (int64_t d = 0; d < dims; ++d) {
      weightDims.push_back(dims + 3 + d);
      kept.push_back(2 + d);
    }
    SmallVector<Value> limits, befores;
    for (auto [d, window] : llvm::enumerate(windows)) {
      limits.push_back(node.sizes.value(input.sizes[2 + d]));
      befores.push_back(node.sizes.value(window.before));
    }
    Type type = getSumType(input.element());
    Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
    return node.loops(reduced, {weights.value}, {node.filled(sizes, zero)},
                      {node.map(loops, weightDims), node.map(loops, kept)},
                      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                        Value element = read(s, limits, befores);
                        Value product = s.multiply(element, s.widen(x[0]));
                        return {s.add(x[1], product)};
                      })[0];
  }

  /// The input's element under a place of the window, wide.
  Value read(Scalars &s, ArrayRef<Value> limits, ArrayRef<Value> befores) {
    int64_t dims = windows.size();
    Value channel = s.place(dims + 2);
    if (group > 1) {
      Value own = arith::DivUIOp::create(s, s.place(1), s.index(perGroup));
      Value each = node.sizes.value(weights.sizes[1]);
      channel = s.add(s.multiply(own, each), channel);
    }
    SmallVector<Value> places = {s.place(0), channel};
    Value isInside = s.number(s.getI1Type(), 1);
    for (auto [d, window] : llvm::enumerate(windows)) {
      Value place =
          s.add(s.multiply(s.place(2 + d), s.index(window.stride)),
                s.multiply(s.place(dims + 3 + d), s.index(window.dilation)));
      place = s.subtract(place, befores[d]);
      Value isIn = s.both(s.compare(Relation::lessEqual, s.index(0), place),
                          s.compare(Relation::less, place, limits[d]));
      isInside = s.both(isInside, isIn);
      places.push_back(s.select(isIn, place, s.index(0)));
    }
    Value element = s.widen(node.extract(s, input.value, places));
    return s.select(isInside, element, s.like(element, 0));
  }

  /// With the bias, one number per channel.
  LogicalResult setResult(Value sums, const TensorSizes &sizes) {
    int64_t rank = sizes.size();
    SmallVector<Value> inputs = {sums};
    Node::Maps maps = {node.all(rank)};
    if (node.has(2)) {
      inputs.push_back(node.in(2).value);
      maps.push_back(node.map(rank, {1}));
    }
    return node.set(node.each(sizes, node.element(), inputs, maps,
                              [&](Scalars &s, ValueRange x) {
                                Value sum = x[0];
                                if (x.size() > 1)
                                  sum = s.add(sum, s.widen(x[1]));
                                return s.convert(sum, node.element());
                              }));
  }
};

} // namespace

void addConvolutionLowerings(LoweringTable &table) {
  table["onnx.Conv"] = [](Node &node) { return ConvLowering(node).run(); };
}

} // namespace llmc
