//===- DecoderStep.cpp - a decoder's step ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DecoderWeights.h"
#include "ModelInfo.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;
using mlir::Value;

namespace {

class LayerEmitter {
public:
  LayerEmitter(StepBuilder &step, const Decoder &model,
               const DecoderWeights &all, int64_t index)
      : step(step), model(model), all(all), weights(all.layers[index]),
        facts(model.layer[index]), index(index) {}

  Value run(Value x) {
    switch (model.residual) {
    case Residual::Serial: {
      enter("attn");
      Value h = join(x, attention(normed(x, weights.attnNorm)));
      enter("ffn");
      return join(h, feedForward(normed(h, weights.ffnNorm)));
    }
    case Residual::Parallel: {
      enter("attn");
      Value read = normed(x, weights.attnNorm);
      Value h = join(x, attention(read));
      enter("ffn");
      if (model.twoInputNorms)
        read = normed(x, weights.ffnNorm);
      return join(h, feedForward(read));
    }
    case Residual::Post: {
      enter("attn");
      Value h = norm(join(x, attention(x)), weights.attnNorm);
      enter("ffn");
      return norm(join(h, feedForward(h)), weights.ffnNorm);
    }
    }
    llvm_unreachable("every residual is one of these");
  }

private:
  StepBuilder &step;
  const Decoder &model;
  const DecoderWeights &all;
  const LayerWeights &weights;
  const LayerFacts &facts;
  int64_t index;

  void enter(StringRef branch) {
    step.enter("blk." + std::to_string(index) + "." + branch);
  }
  Value norm(Value value, Affine by) {
    return step.norm(model.norm, value, by, model.eps);
  }
  Value normed(Value value, Affine by) {
    return model.inputNorms ? norm(value, by) : value;
  }
  Value join(Value x, Value branch) {
    return step.add(x, step.scale(branch, model.residualScale));
  }

  //===--- attention ----------------------------------------------------===//

  /// A projection to heads, as attention reads it.
  Value project(Value input, Affine by, int64_t heads, Affine headNorm) {
    Value rows = step.linear(input, by);
    if (headNorm.weight && model.has(HeadNorm::Row))
      rows = norm(rows, headNorm);
    if (model.clip)
      rows = step.clip(rows, model.clip);
    Value split = step.splitHeads(rows, heads);
    if (headNorm.weight && !model.has(HeadNorm::Row))
      split = norm(split, headNorm);
    return split;
  }
  Value positioned(Value heads) {
    return facts.rope < 0 || all.rotaries.empty()
               ? heads
               : step.rotate(heads, all.rotaries[facts.rope]);
  }
  double scale() const {
    int64_t columns = model.latent.rank
                          ? model.latent.plain + model.latent.rotated
                          : model.headDim;
    double scale = model.scale ? model.scale
                               : 1.0 / std::sqrt(static_cast<double>(columns));
    if (model.latent.rank)
      scale *= model.ropes[0].scoreScale;
    return model.scaledByLayer ? scale / static_cast<double>(index + 1) : scale;
  }

  /// The latent is key and value; what heads make of it is in the query and behind
  /// the result, so that the cache keeps neither.
  Value latentAttention(Value input) {
    const LatentWeights &by = weights.latent;
    double eps = model.latent.eps ? model.latent.eps : model.eps;
    Value read = input;
    if (by.queryDown.weight)
      read = step.norm(model.norm, step.linear(input, by.queryDown),
                       by.queryNorm, eps);
    Value plain =
        step.splitHeads(step.linear(read, by.plainQuery), model.heads);
    Value rotated =
        step.splitHeads(step.linear(read, by.rotatedQuery), model.heads);
    Value q = step.join(step.headLinear(plain, by.keys), positioned(rotated));
    Value latent =
        step.norm(model.norm, step.linear(input, by.down), by.norm, eps);
    Value key = step.splitHeads(step.linear(input, by.rotatedKey), 1);
    key = step.join(step.splitHeads(latent, 1), positioned(key));
    Value attended =
        step.attend(model.getCachePlace(index), q, key, /*value=*/{},
                    {scale(), facts.left, model.softcap, all.slopes});
    Value values = step.headLinear(attended, by.values);
    return step.linear(step.mergeHeads(values), weights.o);
  }

  Value attention(Value input) {
    if (model.latent.rank)
      return latentAttention(input);
    Value q = project(input, weights.q, model.heads, weights.qNorm);
    Value k = project(input, weights.k, model.kvHeads, weights.kNorm);
    Value v = project(input, weights.v, model.kvHeads, {});
    Value attended =
        step.attend(model.getCachePlace(index), positioned(q), positioned(k), v,
                    {scale(), facts.left, model.softcap, all.slopes});
    Value output = step.linear(step.mergeHeads(attended), weights.o);
    return model.outputNorms ? norm(output, weights.postAttnNorm) : output;
  }

  //===--- MLP ----------------------------------------------------------===//

  Value feedForward(Value input) {
    Value output = facts.routed ? mixture(input) : mlp(input, weights.mlp);
    return model.outputNorms ? norm(output, weights.postFfnNorm) : output;
  }

  Value mlp(Value input, const MlpWeights &by) {
    bool gated = static_cast<bool>(by.gate.weight);
    Value inner = step.activate(model.activation,
                                step.linear(input, gated ? by.gate : by.up));
    if (gated)
      inner = step.multiply(inner, step.linear(input, by.up));
    return step.linear(inner, by.down);
  }

  Value mixture(Value input) {
    const MixtureWeights &by = weights.mixture;
    Routing routing =
        step.route(step.linear(input, by.router), by.selectBias, model.mixture);
    Value gate = step.activate(model.activation,
                               step.expertLinear(input, routing, by.gate));
    Value up = step.expertLinear(input, routing, by.up);
    Value down = step.expertLinear(step.multiply(gate, up), routing, by.down);
    Value output = step.combine(down, routing.weights);
    if (!model.mixture.shared)
      return output;
    Value shared = mlp(input, by.shared);
    if (model.mixture.sharedGate)
      shared =
          step.weigh(shared, step.activate(ActFn::Sigmoid,
                                           step.linear(input, by.sharedGate)));
    return step.add(output, shared);
  }
};

} // namespace

/// What the first layer reads.
static Value emitEmbedding(StepBuilder &step, const Decoder &model,
                           const DecoderWeights &weights) {
  Value hidden = step.embed(step.tokens(), weights.table);
  if (model.embedWidth)
    hidden = step.linear(hidden, weights.embedProjection);
  hidden = step.scale(hidden, model.embedScale);
  if (model.learnedPositions >= 0)
    hidden = step.add(hidden, step.embed(step.positions(), weights.positions));
  if (model.embedNorm)
    hidden = step.norm(model.norm, hidden, weights.embedNorm, model.eps);
  return hidden;
}

/// What layers with caches of their own see back, and which is each layer's.
static SmallVector<int64_t> getReaches(ArrayRef<LayerFacts> layers) {
  SmallVector<int64_t> reaches;
  for (const LayerFacts &facts : layers)
    if (!is_contained(reaches, facts.left))
      reaches.push_back(facts.left);
  return reaches;
}

SmallVector<KVType> Decoder::getCacheTypes(mlir::MLIRContext *context) const {
  auto f32 = mlir::Float32Type::get(context);
  SmallVector<KVType> types;
  for (int64_t left : getReaches(layer)) {
    int64_t count = count_if(
        layer, [&](const LayerFacts &facts) { return facts.left == left; });
    int64_t window = left + 1; // 0: all
    types.push_back(latent.rank
                        ? KVType::get(context, count, /*heads=*/1,
                                      latent.rank + latent.rotated,
                                      /*valueDim=*/0, f32, latent.rank, window)
                        : KVType::get(context, count, kvHeads, headDim, headDim,
                                      f32,
                                      /*prefix=*/0, window));
  }
  return types;
}

CachePlace Decoder::getCachePlace(int64_t index) const {
  int64_t left = layer[index].left;
  SmallVector<int64_t> reaches = getReaches(layer);
  int64_t before = std::count_if(
      layer.begin(), layer.begin() + index,
      [&](const LayerFacts &facts) { return facts.left == left; });
  return {find(reaches, left) - reaches.begin(), before};
}

Error llmc::emitDecoder(Source &source, const Decoder &model,
                        const NameTable &names, mlir::ModuleOp module) {
  assert(static_cast<int64_t>(model.layer.size()) == model.layers &&
         "every layer has its facts");
  Expected<DecoderWeights> weights =
      collectWeights(source, model, names, module);
  if (!weights)
    return weights.takeError();
  StepBuilder step(module, model.getCacheTypes(module.getContext()),
                   model.vocabulary);
  if (!weights->rotaries.empty() || model.learnedPositions >= 0)
    step.positions();
  for (const Rotary &rotary : weights->rotaries)
    step.share(rotary.inv);
  if (weights->slopes)
    step.share(weights->slopes);
  Value hidden = emitEmbedding(step, model, *weights);
  for (int64_t i = 0; i < model.layers; ++i)
    hidden = LayerEmitter(step, model, *weights, i).run(hidden);
  step.enter("output_norm");
  if (model.outputNorm)
    hidden = step.norm(model.norm, hidden, weights->outputNorm, model.eps);
  if (model.embedWidth)
    hidden = step.linear(hidden, weights->outputProjection);
  step.finish(hidden, {weights->head, weights->headBias}, model.logitScale,
              model.logitSoftcap);
  setModelInfo(module, source,
               {model.layers, model.hidden, model.feedForward, model.heads,
                model.kvHeads, model.headDim, model.vocabulary, model.context,
                model.tiedHead});
  return Error::success();
}
