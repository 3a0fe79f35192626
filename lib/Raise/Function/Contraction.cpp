//===- Contraction.cpp - sums of products over shared dims ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Contraction.h"

#include "Reductions.h"

using namespace mlir;

namespace llmc {

/// The size of each loop; nothing where dims differ.
static std::optional<TensorSizes> findLoopSizes(Node &node,
                                                ArrayRef<Factor> factors) {
  TensorSizes sizes;
  for (const Factor &factor : factors)
    for (auto [loop, size] :
         llvm::zip_equal(factor.loops, factor.tensor.sizes)) {
      if (loop < 0)
        continue;
      if (loop >= static_cast<int64_t>(sizes.size()))
        sizes.resize(loop + 1);
      Size &known = sizes[loop];
      auto number = SizeBuilder::getNumber(size);
      if (known && number &&
          SizeBuilder::getNumber(known).value_or(*number) != *number)
        return std::nullopt;
      if (!known || number)
        known = size;
    }
  bool all = llvm::all_of(sizes, [](Size size) { return bool(size); });
  return all ? std::optional(sizes) : std::nullopt;
}

std::optional<SizedTensor> contract(Node &node, ArrayRef<Factor> factors,
                                    int64_t kept) {
  std::optional<TensorSizes> sizes = findLoopSizes(node, factors);
  if (!sizes || static_cast<int64_t>(sizes->size()) < kept)
    return std::nullopt;
  int64_t loops = sizes->size();
  SmallVector<Value> inputs;
  Node::Maps maps;
  for (const Factor &factor : factors) {
    inputs.push_back(factor.tensor.value);
    maps.push_back(node.map(loops, factor.loops));
  }
  maps.push_back(node.map(loops, llvm::to_vector(llvm::seq<int64_t>(0, kept))));
  SmallVector<bool> reduced(loops, false);
  std::fill(reduced.begin() + kept, reduced.end(), true);
  Type type = getSumType(factors.front().tensor.element());
  Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
  TensorSizes shape(ArrayRef(*sizes).take_front(kept));
  Value sums = node.loops(reduced, inputs, {node.filled(shape, zero)}, maps,
                          [](Scalars &s, ValueRange x) -> SmallVector<Value> {
                            Value product = s.widen(x.front());
                            for (Value factor : x.drop_front().drop_back())
                              product = s.multiply(product, s.widen(factor));
                            return {s.add(x.back(), product)};
                          })[0];
  return SizedTensor{sums, shape};
}

std::optional<SmallVector<Factor>> pairMatrices(Node &node,
                                                const SizedTensor &a,
                                                const SizedTensor &c,
                                                int64_t &kept) {
  auto batchOf = [](const SizedTensor &tensor) {
    return SizedTensor{Value(),
                       TensorSizes(ArrayRef(tensor.sizes).drop_back(2))};
  };
  std::optional<Broadcast> batch = node.broadcast({batchOf(a), batchOf(c)});
  if (!batch)
    return std::nullopt;
  kept = static_cast<int64_t>(batch->sizes.size()) + 2;
  SmallVector<Factor> factors = {{a, {}}, {c, {}}};
  for (auto [factor, map] : llvm::zip_equal(factors, batch->maps))
    for (AffineExpr place : map.getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(place);
      factor.loops.push_back(dim ? int64_t(dim.getPosition()) : -1);
    }
  factors[0].loops.append({kept - 2, kept});
  factors[1].loops.append({kept, kept - 1});
  return factors;
}

} // namespace llmc
