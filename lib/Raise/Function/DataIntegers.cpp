//===- DataIntegers.cpp - axes and places that only the data know ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DataIntegers.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

DataIntegers::DataIntegers(Node &node, unsigned operand) : node(node) {
  if (!node.has(operand))
    return;
  if (std::optional<TensorSizes> sizes = node.integers(operand)) {
    length = sizes->size();
    for (Size size : *sizes)
      known.push_back(node.sizes.value(size));
    return;
  }
  tensor = node.in(operand);
  if (isa<IntegerType>(tensor.element()) && tensor.rank() <= 1)
    length = tensor.rank() == 0 ? 1 : SizeBuilder::getNumber(tensor.sizes[0]);
}

Value DataIntegers::at(Scalars &s, int64_t k) const {
  if (!tensor)
    return known[k];
  SmallVector<Value> places;
  if (tensor.rank() == 1)
    places.push_back(s.index(k));
  bool isUnsigned = s.isUnsigned;
  s.isUnsigned = false; // ONNX has places with a sign
  Value number = s.toIndex(node.extract(s, tensor.value, places));
  s.isUnsigned = isUnsigned;
  return number;
}

Value DataIntegers::placeAt(Scalars &s, int64_t k, Value size) const {
  Value place = at(s, k);
  Value isBehind = s.compare(Relation::less, place, s.index(0));
  return s.select(isBehind, s.add(place, size), place);
}

Value DataIntegers::isAxis(Scalars &s, int64_t dim, int64_t rank) const {
  Value found = s.number(s.getI1Type(), 0);
  for (int64_t k = 0; k < *length; ++k)
    found =
        s.either(found, s.compare(Relation::equal, placeAt(s, k, s.index(rank)),
                                  s.index(dim)));
  return found;
}

} // namespace llmc
