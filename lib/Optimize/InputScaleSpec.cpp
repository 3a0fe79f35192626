//===- InputScaleSpec.cpp - which inputs have one scale, as text ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/InputScaleSpec.h"

#include "llmc/Weights/InputScale.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;
using namespace llmc;

static Error setKey(InputScaleSpec &spec, StringRef text) {
  auto [key, value] = text.split('=');
  if (key == "clip") {
    spec.clip = value.str();
    if (isClip(value))
      return Error::success();
    return createStringError("clip takes " + listClips() + ", found '" + value +
                             "'");
  }
  if (key != "to")
    return createStringError("takes clip=CLIP and to=NUMBER, found '" + text +
                             "'");
  double most = 0;
  const bool isNumber = !value.getAsDouble(most) && most >= 0;
  spec.to = most;
  if (isNumber)
    return Error::success();
  return createStringError("to takes the magnitude of an input, found '" +
                           value + "'");
}

Expected<InputScaleSpec> llmc::parseInputScaleSpec(StringRef text) {
  InputScaleSpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/!text.empty());
  for (StringRef part : parts)
    if (Error error = setKey(spec, part))
      return error;
  return spec;
}
