//===- EqualizeSpec.cpp - how inputs are to be scaled, as text ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/EqualizeSpec.h"

#include "llvm/ADT/StringRef.h"

using namespace llvm;
using namespace llmc;

Expected<EqualizeSpec> llmc::parseEqualizeSpec(StringRef text) {
  EqualizeSpec spec;
  auto [method, rest] = text.split(',');
  if (method != "smooth")
    return createStringError("'" + method +
                             "' is no method that scales inputs: smooth is");
  spec.method = method.str();
  if (!text.contains(','))
    return spec;
  auto [key, value] = rest.split('=');
  if (key == "alpha" && !value.getAsDouble(spec.alpha) && spec.alpha >= 0 &&
      spec.alpha <= 1)
    return spec;
  return createStringError("smooth takes alpha=NUMBER from 0 to 1, found '" +
                           rest + "'");
}
