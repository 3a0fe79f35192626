//===- WarpgroupOps.cpp - wgmma -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A from registers is not known: ptxas before 13.3 may give such registers away too
// early.
//===----------------------------------------------------------------------===//
#include "Decode.h"
#include "Grid.h"
#include "Warpgroup.h"

#include <algorithm>
#include <cstdlib>

using namespace llmc::ptxsim;

static GroupProducts &productsOf(Warp &warp) {
  if (!warp.products)
    warp.products = std::make_unique<GroupProducts>(warp);
  return *warp.products;
}

void llmc::ptxsim::startProduct(Warp &warp, const Instruction &i) {
  if (warp.converge(~0u))
    productsOf(warp).start(i);
}

/// m64n256k16
static void takeShape(Decoder &d, GroupShape &shape) {
  auto found = std::find_if(
      d.modifiers.begin(), d.modifiers.end(),
      [](std::string_view name) { return name.starts_with("m64n"); });
  if (found == d.modifiers.end())
    d.fail("needs a shape, m64n8k16 to m64n256k16 or ...k32");
  std::string_view name = *found;
  d.modifiers.erase(found);
  shape.columns = unsigned(std::atoi(name.substr(4).data()));
  size_t inner = name.find('k');
  bool isKnown = shape.columns >= 8 && shape.columns <= 256 &&
                 shape.columns % 8 == 0 && inner != std::string_view::npos;
  Type sum = d.takeType();
  shape.a = d.takeType();
  shape.b = d.takeType();
  bool isHalf = (shape.a == Type::BF16 || shape.a == Type::F16) &&
                shape.a == shape.b && sum == Type::F32;
  bool isByte = (shape.a == Type::S8 || shape.a == Type::U8) &&
                (shape.b == Type::S8 || shape.b == Type::U8) &&
                sum == Type::S32;
  if (!isHalf && !isByte)
    d.fail("is known of f16 and bf16 with sums of f32, and of s8 and u8 with "
           "sums of s32");
  if (!isKnown || name.substr(inner + 1) != std::to_string(shape.inner()) ||
      (isByte && shape.columns > 32 && shape.columns % 16))
    d.fail("the shape '" + std::string(name) + "' is none of these types");
}

static bool takeFlag(Decoder &d, size_t k, int64_t off, int64_t on) {
  int64_t value = d.integer(k);
  if (value != off && value != on)
    d.fail("operand " + std::to_string(k + 1) + " must be " +
           std::to_string(off) + " or " + std::to_string(on));
  return value == on;
}

static void decodeProduct(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned"))
    d.fail("needs .sync and .aligned");
  GroupShape shape;
  takeShape(d, shape);
  shape.saturates = d.take("satfinite");
  if (shape.isFloat() && shape.saturates)
    d.fail(".satfinite is of integers");
  d.needOperands(shape.isFloat() ? 8 : 4);
  d.destinations(0);
  if (d.out.count != shape.sums())
    d.fail("needs " + std::to_string(shape.sums()) + " sums, found " +
           std::to_string(d.out.count));
  for (size_t k : {1, 2}) {
    if (d.operand(k).kind == Operand::Kind::Vector)
      d.fail("A from registers is not known");
    d.source(k, Type::U64);
  }
  d.source(3, Type::Pred);
  if (shape.isFloat()) {
    shape.negatesA = takeFlag(d, 4, 1, -1);
    shape.negatesB = takeFlag(d, 5, 1, -1);
    shape.transposesA = takeFlag(d, 6, 0, 1);
    shape.transposesB = takeFlag(d, 7, 0, 1);
  }
  d.out.mode = shape.pack();
  d.run(startProduct);
}

static void decodeFence(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned"))
    d.fail("needs .sync and .aligned");
  d.needOperands(0);
  d.run([](Warp &warp, const Instruction &) {
    if (warp.converge(~0u))
      productsOf(warp).fence();
  });
}

static void decodeCommit(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned"))
    d.fail("needs .sync and .aligned");
  d.needOperands(0);
  d.run([](Warp &warp, const Instruction &) {
    if (warp.converge(~0u))
      productsOf(warp).commit();
  });
}

static void decodeWait(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned"))
    d.fail("needs .sync and .aligned");
  d.needOperands(1);
  d.out.mode = uint32_t(d.integer(0));
  d.run([](Warp &warp, const Instruction &i) {
    if (warp.converge(~0u))
      productsOf(warp).wait(i.mode);
  });
}

static constexpr Family families[] = {
    {"wgmma.mma_async", decodeProduct},
    {"wgmma.fence", decodeFence},
    {"wgmma.commit_group", decodeCommit},
    {"wgmma.wait_group", decodeWait},
};

std::span<const Family> llmc::ptxsim::warpgroupFamilies() { return families; }
