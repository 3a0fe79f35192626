//===- Lanes.h - one operation on 32 lanes --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers are made of a function of scalars and the types of its operands. All
// lanes are computed in one loop without branches where all are active, which is
// the usual case and the one that the compiler vectorises.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_LANES_H
#define LLMC_PTXSIM_LANES_H

#include "Warp.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace llmc::ptxsim {

constexpr uint64_t lowBits(unsigned bits) {
  return bits >= 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
}

/// The low bits of a slot as a type of C++.
template <typename T> T asType(uint64_t bits) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(uint32_t(bits));
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<double>(bits);
  else
    return T(bits);
}

template <typename T> uint64_t toBits(T value) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<uint32_t>(value);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<uint64_t>(value);
  else
    return uint64_t(std::make_unsigned_t<T>(value));
}
template <> inline uint64_t toBits<bool>(bool value) { return value; }

/// Calls `body(lane)` for every active lane.
template <typename Body> void forLanes(uint32_t active, Body body) {
  if (active == ~0u) {
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      body(lane);
    return;
  }
  for (uint32_t rest = active; rest; rest &= rest - 1)
    body(unsigned(std::countr_zero(rest)));
}

template <auto F, typename R, typename A>
void map1(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1);
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = toBits<R>(R(F(asType<A>(a[lane]))));
  });
}

template <auto F, typename R, typename A, typename B>
void map2(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1), *b = warp.slot(i, 2);
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = toBits<R>(R(F(asType<A>(a[lane]), asType<B>(b[lane]))));
  });
}

template <auto F, typename R, typename A, typename B, typename C>
void map3(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1), *b = warp.slot(i, 2),
                 *c = warp.slot(i, 3);
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = toBits<R>(
        R(F(asType<A>(a[lane]), asType<B>(b[lane]), asType<C>(c[lane]))));
  });
}

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_LANES_H
