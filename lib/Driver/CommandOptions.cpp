//===- CommandOptions.cpp - options that several commands have ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandOptions.h"

#include "Quantization.h"

using namespace llmc;

void llmc::addPruneOptions(CLI::App *app, CompileOptions &options) {
  app->add_option("--shrink", options.shrink,
                  "Channels, heads and layers that go, which leaves a smaller "
                  "model: channels=20%, heads=1, layers=2, without=20/21 "
                  "(docs/quantization.md)")
      ->type_name("SPEC");
  app->add_option("--sparsify", options.sparsify,
                  "Weights that become 0: 50-wanda, 2:4-sparsegpt, "
                  "50-magnitude, 8:16-wanda,block=16x1 (docs/quantization.md)")
      ->type_name("SPEC");
  app->add_option("--stats", options.stats,
                  "What llmc calibrate wrote of this model; else it is "
                  "calibrated on a text that llmc brings, where a method asks "
                  "for it")
      ->type_name("FILE");
}

void llmc::addQuantizeOptions(CLI::App *app, CompileOptions &options) {
  app->add_option(
         "--quantize", options.quantize,
         "Fewer bits for the weights: w8, w4, fp8, nf4, mxfp4, w4-gptq, "
         "w4-awq, w8a8-smooth, key=value,... (bits=4,group=64,method=gptq), or "
         "auto within a budget (docs/quantization.md)")
      ->type_name("SPEC");
  app->add_option("--bits-budget", options.bitsBudget,
                  "For --quantize=auto: bits per weight at most, everything "
                  "counted: 3.5")
      ->type_name("BITS");
  app->add_option("--size-budget", options.sizeBudget,
                  "For --quantize=auto: all weights at most: 60MB")
      ->type_name("SIZE");
  app->add_option(
         "--kl-budget", options.klBudget,
         "For --quantize=auto: as small as it gets with a KL divergence "
         "of at most this: 0.02")
      ->type_name("NATS");
  app->add_option("--equalize", options.equalize,
                  "Inputs of products that are easier to round: smooth, "
                  "smooth,alpha=0.5 or lae")
      ->type_name("SPEC");
  app->parse_complete_callback([&options] {
    if (llvm::Error error = expandPreset(options))
      throw CLI::ValidationError(llvm::toString(std::move(error)));
  });
  addPruneOptions(app, options);
}

/// A name; behind `i8-static,` stands which inputs have one scale.
static void addActivations(CLI::App *app, CompileOptions &options) {
  CLI::Option *option = addChoice(
      app, "--activations", options.activations,
      "What linears multiply with: floats, or integers of 15 bits, of 8, or of "
      "15 where 8 would show; mixed lets prompts be bf16, of floats too; "
      "i8-static: one scale for all rows, from --stats (and "
      "i8-static,clip=0.001 and the like); i6, i4, e4m3: floats rounded to so "
      "few bits (default: mixed for weights of up to 16 bits, else f32)");
  // Before the name is looked up.
  option->transform([&options](const std::string &given) {
    auto [name, scales] = llvm::StringRef(given).split(',');
    const bool isStatic = name == getChoiceName(Activations::i8Static);
    options.inputScales = isStatic ? scales.str() : "";
    return isStatic ? name.str() : given;
  });
}

void llmc::addCompileOptions(CLI::App *app, CompileOptions &options) {
  addActivations(app, options);
  addChoice(app, "--weights", options.weights,
            "Keep the model's encodings, or dequantise (default: keep)",
            "for fewer bits: --quantize=w4");
  addQuantizeOptions(app, options);
  addChoice(app, "--skip-zeros", options.skipZeros,
            "Zeros of --sparsify that programs leave out: where they are "
            "faster without, wherever smaller, or never (default: faster)",
            "smaller leaves out what can be left out");
  app->add_option("--low-rank", options.lowRank,
                  "Two smaller matrices instead of one: lord, svd or lplr, "
                  "with ratio=0.8 of its numbers or rank=320 "
                  "(docs/quantization.md)")
      ->type_name("SPEC");
  addChoice(app, "--kv", options.cache,
            "Element type of the KV cache (default: f32 with f32 "
            "activations, else f16)",
            "i8 is the smallest that there is");
  llmrt::takesWhole(
      app->add_option("--max-context", options.maxContext,
                      "Positions of one sequence (default: the model's own "
                      "limit)"),
      1, int64_t(1) << 24);
  llmrt::takesWhole(app->add_option("--max-batch", options.maxBatch,
                                    "Sequences at once (default: 8)"),
                    1, 4096);
  app->add_option("--pre-tokenizer", options.preTokenizer,
                  "How text is split, by a name of tokenizer.ggml.pre, where a "
                  "GGUF file names nothing or what is not known")
      ->type_name("NAME");
  app->add_option("--cpu", options.cpu,
                  "portable (all variants, chosen at start), native, "
                  "x86-64-v3, or the name of an "
                  "instruction set (default: portable)")
      ->type_name("NAME");
  app->add_flag("--tune", options.tune,
                "Choose the tiles of products by measuring on this machine, of "
                "the variant that it runs");
  app->add_option("--target", options.target,
                  "cpu, cuda (an NVIDIA GPU, through its driver), an exact "
                  "one (cuda:sm_90a), "
                  "or several with commas between: the program chooses at "
                  "start (default: cpu)")
      ->type_name("LIST");
  app->add_flag("--cubin", options.cubin,
                "Machine code for exact GPUs (sm_90a), by NVIDIA's ptxas, so "
                "that no driver compiles PTX at start");
  app->add_option(
         "--emulate-on", options.emulateOn,
         "For tests: native, x86-64 or an instruction set; what such a "
         "machine lacks becomes slow plain code of the same meaning")
      ->type_name("NAME");
}
