//===- ModelFiles.h - smallest models, to be spoiled ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_IMPORT_MODELFILES_H
#define LLMC_TEST_UNIT_IMPORT_MODELFILES_H

#include "../Weights/Testing.h"

#include "llmc/Import/Import.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

namespace llmc::test {

/// A folder that lives as long as the object.
class TempFolder {
public:
  TempFolder() {
    llvm::SmallString<128> made;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("llmc-import", made));
    path = made.str().str();
  }
  ~TempFolder() { llvm::sys::fs::remove_directories(path); }
  TempFolder(const TempFolder &) = delete;
  TempFolder &operator=(const TempFolder &) = delete;

  std::string path;

  std::string write(const std::string &name, const Bytes &bytes) const {
    std::string file = path + "/" + name;
    std::error_code error;
    llvm::raw_fd_ostream stream(file, error);
    EXPECT_FALSE(error) << file;
    stream.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return file;
  }
  std::string write(const std::string &name, llvm::StringRef text) const {
    return write(name, Bytes(text.begin(), text.end()));
  }
};

/// A tensor before it is written; `shape` outermost first.
struct TestTensor {
  std::vector<uint64_t> shape;
  std::string dtype = "F32"; // also "F16"
};

using TestTensors = std::map<std::string, TestTensor>;

inline Bytes contentOf(const TestTensor &tensor) {
  size_t count = 1;
  for (uint64_t dim : tensor.shape)
    count *= dim;
  return tensor.dtype == "F32"
             ? someFloats(count)
             : Bytes(count * (tensor.dtype == "F16" ? 2 : 1), 0x11);
}

/// One llama layer of 2 query heads and 1 key head of 4, E = 8, F = 12, V = 10.
class LlamaGguf {
public:
  std::string architecture = "llama";
  std::map<std::string, std::pair<uint32_t, Bytes>> keys; // type and value
  TestTensors tensors;

  LlamaGguf() {
    integer("llama.block_count", 1);
    integer("llama.context_length", 16);
    integer("llama.embedding_length", 8);
    integer("llama.feed_forward_length", 12);
    integer("llama.attention.head_count", 2);
    integer("llama.attention.head_count_kv", 1);
    number("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    tensors = {{"token_embd.weight", {{10, 8}}},
               {"output_norm.weight", {{8}}},
               {"blk.0.attn_norm.weight", {{8}}},
               {"blk.0.attn_q.weight", {{8, 8}}},
               {"blk.0.attn_k.weight", {{4, 8}}},
               {"blk.0.attn_v.weight", {{4, 8}}},
               {"blk.0.attn_output.weight", {{8, 8}}},
               {"blk.0.ffn_norm.weight", {{8}}},
               {"blk.0.ffn_gate.weight", {{12, 8}}},
               {"blk.0.ffn_up.weight", {{12, 8}}},
               {"blk.0.ffn_down.weight", {{8, 12}}}};
  }

  LlamaGguf &integer(const std::string &key, uint32_t value) {
    keys[key] = {4, ByteWriter().u32(value).bytes};
    return *this;
  }
  LlamaGguf &number(const std::string &key, float value) {
    keys[key] = {6, ByteWriter().f32(value).bytes};
    return *this;
  }
  LlamaGguf &string(const std::string &key, const std::string &value) {
    keys[key] = {8, ByteWriter().text(value).bytes};
    return *this;
  }
  LlamaGguf &integers(const std::string &key,
                      const std::vector<uint32_t> &values) {
    ByteWriter writer;
    writer.u32(4).u64(values.size());
    for (uint32_t value : values)
      writer.u32(value);
    keys[key] = {9, writer.bytes};
    return *this;
  }
  LlamaGguf &without(const std::string &name) {
    keys.erase(name);
    tensors.erase(name);
    return *this;
  }
  LlamaGguf &tensor(const std::string &name, const TestTensor &tensor) {
    tensors[name] = tensor;
    return *this;
  }
  Bytes write() const {
    GgufWriter writer;
    if (!architecture.empty())
      writer.string("general.architecture", architecture);
    for (const auto &[name, entry] : keys)
      writer.key(name, entry.first, entry.second);
    for (const auto &[name, tensor] : tensors)
      writer.tensor(name, {tensor.shape.rbegin(), tensor.shape.rend()},
                    tensor.dtype == "F32"   ? 0
                    : tensor.dtype == "F16" ? 1
                                            : 24, // I8
                    contentOf(tensor));
    return writer.finish();
  }
};

/// The same model as a Hugging Face folder, or another one given its parts.
class HfModel {
public:
  llvm::json::Object config;
  TestTensors tensors;

  /// llama
  HfModel() {
    config = llvm::json::Object{
        {"architectures", llvm::json::Array{"LlamaForCausalLM"}},
        {"model_type", "llama"},
        {"hidden_size", 8},
        {"intermediate_size", 12},
        {"num_hidden_layers", 1},
        {"num_attention_heads", 2},
        {"num_key_value_heads", 1},
        {"max_position_embeddings", 16},
        {"vocab_size", 10},
        {"rms_norm_eps", 1e-5},
        {"rope_theta", 10000.0},
        {"hidden_act", "silu"},
        {"tie_word_embeddings", true}};
    tensors = {{"model.embed_tokens.weight", {{10, 8}}},
               {"model.norm.weight", {{8}}},
               {"model.layers.0.input_layernorm.weight", {{8}}},
               {"model.layers.0.self_attn.q_proj.weight", {{8, 8}}},
               {"model.layers.0.self_attn.k_proj.weight", {{4, 8}}},
               {"model.layers.0.self_attn.v_proj.weight", {{4, 8}}},
               {"model.layers.0.self_attn.o_proj.weight", {{8, 8}}},
               {"model.layers.0.post_attention_layernorm.weight", {{8}}},
               {"model.layers.0.mlp.gate_proj.weight", {{12, 8}}},
               {"model.layers.0.mlp.up_proj.weight", {{12, 8}}},
               {"model.layers.0.mlp.down_proj.weight", {{8, 12}}}};
  }

  static HfModel qwen2() {
    HfModel model;
    model.config["model_type"] = "qwen2";
    model.config["architectures"] = llvm::json::Array{"Qwen2ForCausalLM"};
    std::string attention = "model.layers.0.self_attn.";
    model.tensors[attention + "q_proj.bias"] = {{8}};
    model.tensors[attention + "k_proj.bias"] = {{4}};
    model.tensors[attention + "v_proj.bias"] = {{4}};
    return model;
  }

  static HfModel gpt2() {
    HfModel model;
    model.config = llvm::json::Object{
        {"architectures", llvm::json::Array{"GPT2LMHeadModel"}},
        {"model_type", "gpt2"},
        {"n_embd", 8},
        {"n_layer", 1},
        {"n_head", 2},
        {"n_positions", 16},
        {"vocab_size", 10}};
    model.tensors = {{"wte.weight", {{10, 8}}},
                     {"wpe.weight", {{16, 8}}},
                     {"h.0.ln_1.weight", {{8}}},
                     {"h.0.ln_1.bias", {{8}}},
                     {"h.0.attn.c_attn.weight", {{8, 24}}},
                     {"h.0.attn.c_attn.bias", {{24}}},
                     {"h.0.attn.c_proj.weight", {{8, 8}}},
                     {"h.0.attn.c_proj.bias", {{8}}},
                     {"h.0.ln_2.weight", {{8}}},
                     {"h.0.ln_2.bias", {{8}}},
                     {"h.0.mlp.c_fc.weight", {{8, 32}}},
                     {"h.0.mlp.c_fc.bias", {{32}}},
                     {"h.0.mlp.c_proj.weight", {{32, 8}}},
                     {"h.0.mlp.c_proj.bias", {{8}}},
                     {"ln_f.weight", {{8}}},
                     {"ln_f.bias", {{8}}}};
    return model;
  }

  HfModel &set(const std::string &key, llvm::json::Value value) {
    config[key] = std::move(value);
    return *this;
  }
  HfModel &without(const std::string &name) {
    config.erase(name);
    tensors.erase(name);
    return *this;
  }
  HfModel &tensor(const std::string &name, const TestTensor &tensor) {
    tensors[name] = tensor;
    return *this;
  }
  Bytes safetensors() const {
    SafetensorsWriter writer;
    for (const auto &[name, tensor] : tensors)
      writer.tensor(name, tensor.dtype, tensor.shape, contentOf(tensor));
    return writer.finish();
  }
  std::string configText() const {
    std::string text;
    llvm::raw_string_ostream(text)
        << llvm::json::Value(llvm::json::Object(config));
    return text;
  }
  void write(const TempFolder &folder) const {
    folder.write("config.json", configText());
    folder.write("model.safetensors", safetensors());
  }
};

/// Imports models and looks into them.
class ImportTest : public testing::Test {
protected:
  mlir::MLIRContext context;
  TempFolder folder;
  std::optional<ImportedModel> imported; // of the last import

  llvm::Expected<ImportedModel> tryImport(const LlamaGguf &model) {
    return importModel(folder.write("model.gguf", model.write()), context);
  }
  llvm::Expected<ImportedModel> tryImport(const HfModel &model) {
    model.write(folder);
    return importModel(folder.path, context);
  }
  template <typename Model> void import(const Model &model) {
    imported.reset();
    llvm::Expected<ImportedModel> result = tryImport(model);
    if (result)
      imported = std::move(*result);
    else
      FAIL() << llvm::toString(result.takeError());
  }
  /// Says which message a model must be refused with.
  template <typename Model>
  void expectRefused(const Model &model, const std::string &says) {
    expectError(tryImport(model), folder.path, says);
  }

  /// Whether the last import said so, of the model or of its texts.
  bool warns(const std::string &says) {
    auto isIn = [&](const std::vector<std::string> &warnings) {
      return llvm::any_of(warnings, [&](const auto &text) {
        return text.find(says) != std::string::npos;
      });
    };
    return imported &&
           (isIn(imported->warnings) || isIn(imported->textWarnings));
  }
  template <typename Op> std::vector<Op> all() {
    std::vector<Op> found;
    if (imported)
      imported->module->walk([&](Op op) { found.push_back(op); });
    return found;
  }
  mlir::llm::WeightOp weight(llvm::StringRef name) {
    return imported ? imported->module->lookupSymbol<mlir::llm::WeightOp>(name)
                    : mlir::llm::WeightOp();
  }
  /// The recipe of a weight as text; empty when it has none.
  std::string recipe(llvm::StringRef name) {
    mlir::llm::WeightOp op = weight(name);
    std::string text;
    if (op && op.getRecipeAttr())
      llvm::raw_string_ostream(text) << op.getRecipeAttr();
    return text;
  }
  std::vector<float> values(llvm::StringRef name) {
    mlir::llm::WeightOp op = weight(name);
    if (!op)
      return {};
    return llvm::cantFail(makeWeightValues(op, imported->weights));
  }
};

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_IMPORT_MODELFILES_H
