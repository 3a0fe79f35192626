//===- Rows.cpp - values of a graph as rows of a step ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Rows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

ArrayRef<int64_t> Rows::shape() const {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t Rows::find(int64_t inner) const {
  for (auto [i, dim] : llvm::enumerate(dims))
    if (dim.kind == RowDim::Inner && dim.inner == inner)
      return i;
  return -1;
}

namespace {
/// Dims of both sides whose products are equal.
struct Group {
  SmallVector<int64_t> from, to; // positions
};
} // namespace

/// Cuts two shapes of equally many elements into the smallest groups; sizes of 1
/// go with what stands before them.
static std::optional<SmallVector<Group>> groupDims(ArrayRef<int64_t> from,
                                                   ArrayRef<int64_t> to) {
  SmallVector<Group> groups;
  size_t i = 0, o = 0;
  while (i < from.size() || o < to.size()) {
    Group group;
    int64_t have = 1, want = 1;
    do {
      if (have <= want && i < from.size()) {
        group.from.push_back(i);
        have *= from[i++];
      } else if (o < to.size()) {
        group.to.push_back(o);
        want *= to[o++];
      } else {
        return std::nullopt;
      }
    } while (have != want || group.to.empty());
    while (i < from.size() && from[i] == 1 && group.from.size() &&
           have == want && !(o < to.size() && to[o] == 1))
      group.from.push_back(i++);
    groups.push_back(group);
  }
  return groups;
}

/// Rows of tokens, and what each of them has several of, as one dim.
static std::optional<RowDim> joinRows(ArrayRef<RowDim> dims) {
  auto isKind = [&](size_t i, RowDim::Kind kind) {
    return dims[i].kind == kind;
  };
  bool whole = (dims.size() == 2 && isKind(0, RowDim::BatchSequence)) ||
               (dims.size() == 3 && isKind(0, RowDim::Batch) &&
                isKind(1, RowDim::Sequence));
  if (!whole)
    return std::nullopt;
  if (dims.back() == RowDim{RowDim::Inner, 1})
    return RowDim{RowDim::ByInner, 1};
  if (dims.back().kind == RowDim::Repeat)
    return RowDim{RowDim::ByRepeat, dims.back().inner};
  return std::nullopt;
}

/// The opposite, for dims whose last has `last` places.
static SmallVector<RowDim> partRows(const Rows &rows, RowDim dim, size_t many,
                                    int64_t last) {
  bool isInner = dim.kind == RowDim::ByInner;
  int64_t count = isInner ? rows.shape()[1] : dim.inner;
  if ((!isInner && dim.kind != RowDim::ByRepeat) || count != last)
    return {};
  RowDim each =
      isInner ? RowDim{RowDim::Inner, 1} : RowDim{RowDim::Repeat, count};
  if (many == 2)
    return {{RowDim::BatchSequence, 0}, each};
  if (many == 3)
    return {{RowDim::Batch, 0}, {RowDim::Sequence, 0}, each};
  return {};
}

/// The words of `to`, where `from` is one group. Inner dims go into `groups`, new
/// sizes for one old dim or for several that follow each other.
static bool wordGroup(const Rows &rows, ArrayRef<RowDim> from,
                      ArrayRef<int64_t> to, SmallVectorImpl<RowDim> &dims,
                      SmallVectorImpl<RowDim> &inner) {
  for (RowDim dim : from)
    if (dim.kind != RowDim::One)
      inner.push_back(dim);
  size_t many = llvm::count_if(to, [](int64_t size) { return size != 1; });
  auto giveAll = [&](ArrayRef<RowDim> words) {
    auto next = words.begin();
    for (int64_t size : to)
      dims.push_back(size == 1 ? RowDim{} : *next++);
    return true;
  };
  auto isKind = [&](size_t i, RowDim::Kind kind) {
    return i < inner.size() && inner[i].kind == kind;
  };
  if (inner.size() == many && inner.size() <= 1)
    return giveAll(inner);
  if (inner.size() == 2 && many == 1 && isKind(0, RowDim::Batch) &&
      isKind(1, RowDim::Sequence))
    return giveAll({{RowDim::BatchSequence, 0}});
  if (inner.size() == 1 && many == 2 && isKind(0, RowDim::BatchSequence))
    return giveAll({{RowDim::Batch, 0}, {RowDim::Sequence, 0}});
  if (auto joined = joinRows(inner); joined && many == 1)
    return giveAll(*joined);
  int64_t last = 1;
  for (int64_t size : to)
    last = size == 1 ? last : size;
  if (inner.size() == 1)
    if (auto parted = partRows(rows, inner[0], many, last); !parted.empty())
      return giveAll(parted);
  return false;
}

bool RowsReshape::reshape(Rows &rows, ArrayRef<int64_t> from,
                          ArrayRef<int64_t> to) {
  auto groups = groupDims(from, to);
  if (!groups)
    return false;
  SmallVector<RowDim> dims;
  // Per old inner dim, from 1: what it becomes; an empty list joins the next.
  SmallVector<SmallVector<int64_t>> pieces(rows.shape().size());
  SmallVector<std::pair<size_t, int64_t>> pending; // dim of `dims`, first old
  for (const Group &group : *groups) {
    SmallVector<RowDim> words, meant;
    SmallVector<int64_t> sizes;
    for (int64_t i : group.from)
      words.push_back(rows.dims[i]);
    for (int64_t o : group.to)
      sizes.push_back(to[o]);
    if (wordGroup(rows, words, sizes, dims, meant)) {
      for (RowDim word : meant)
        if (word.kind == RowDim::Inner || word.kind == RowDim::ByInner)
          pieces[word.inner] = {rows.shape()[word.inner]};
      continue;
    }
    // Inner dims only, and in the rows' order.
    for (auto [i, word] : llvm::enumerate(meant))
      if (word.kind != RowDim::Inner ||
          word.inner != meant[0].inner + static_cast<int64_t>(i))
        return false;
    if (meant.empty())
      return false;
    for (int64_t size : sizes) {
      dims.push_back({size == 1 ? RowDim::One : RowDim::Inner, 0});
      if (size == 1)
        continue;
      pieces[meant[0].inner].push_back(size);
      pending.push_back({dims.size() - 1, meant[0].inner});
    }
  }
  // Inner dims are counted anew: those that a reshape made follow each other.
  SmallVector<int64_t> firstNew(pieces.size() + 1, 1);
  for (size_t old = 1; old < pieces.size(); ++old)
    firstNew[old + 1] = firstNew[old] + pieces[old].size();
  llvm::DenseMap<size_t, int64_t> nextOf;
  for (RowDim &dim : dims)
    if (dim.kind == RowDim::Inner && dim.inner)
      dim.inner = firstNew[dim.inner];
  for (auto [position, old] : pending)
    dims[position].inner = firstNew[old] + nextOf[old]++;
  rows.value = rebuild(rows.value, pieces);
  rows.dims.assign(dims.begin(), dims.end());
  return true;
}

/// Old dims without pieces are joined with the one before them.
Value RowsReshape::rebuild(Value value, ArrayRef<SmallVector<int64_t>> pieces) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<ReassociationIndices> joins = {{0}};
  SmallVector<int64_t> joined = {type.getDimSize(0)};
  SmallVector<ReassociationIndices> splits = {{0}};
  SmallVector<int64_t> split = {type.getDimSize(0)};
  for (size_t old = 1; old < pieces.size(); ++old) {
    if (pieces[old].empty()) {
      if (joins.size() == 1)
        return value; // a dim of size 1 alone, which cannot be
      joins.back().push_back(old);
      joined.back() *= type.getDimSize(old);
      continue;
    }
    joins.push_back({static_cast<int64_t>(old)});
    joined.push_back(type.getDimSize(old));
    splits.emplace_back();
    for (int64_t size : pieces[old]) {
      splits.back().push_back(split.size());
      split.push_back(size);
    }
  }
  Type element = type.getElementType();
  if (joined.size() != pieces.size())
    value = tensor::CollapseShapeOp::create(
        builder, loc, RankedTensorType::get(joined, element), value, joins);
  if (split == joined)
    return value;
  SmallVector<OpFoldResult> shape = {rowCount};
  for (int64_t size : ArrayRef(split).drop_front())
    shape.push_back(builder.getIndexAttr(size));
  return tensor::ExpandShapeOp::create(builder, loc,
                                       RankedTensorType::get(split, element),
                                       value, splits, shape);
}
