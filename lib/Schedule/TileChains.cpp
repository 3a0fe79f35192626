//===- TileChains.cpp - a product's rows are computed where it reads them -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as a graph spells it: a product, what becomes of its scores, a softmax,
// a second product. Apart, each of these ops walks over queries x keys, which no
// cache holds. Here the second product runs over tiles of queries, and what it reads
// of a tile is computed in front of it (FLAT, arXiv:2107.06419). Upstream tiles and
// fuses; here is which ops belong to a chain.
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {
#define GEN_PASS_DEF_TILECHAINS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using linalg::GenericOp;

namespace {

/// Rows of a tile: twice what a product keeps in registers at once, and few enough
/// that their scores of some thousand keys stay in a second-level cache.
constexpr int64_t rowsPerTile = 16;

/// The tile size of each loop of an op; 0: a tile has the whole loop.
using LoopTiles = SmallVector<int64_t>;

/// A product with a computed factor, the op whose tiles are the outer loop, and the
/// ops that compute the rows of a tile.
struct Chain {
  GenericOp root;
  DenseMap<Operation *, LoopTiles> members;
};

bool isParallel(GenericOp op, unsigned loop) {
  return op.getIteratorTypesArray()[loop] == utils::IteratorType::parallel;
}

/// The loops that result 0 of the op has as its dimensions; nothing: they are not.
std::optional<SmallVector<unsigned>> getResultLoops(GenericOp op) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (op.getNumDpsInits() != 1 || !map.isProjectedPermutation())
    return std::nullopt;
  SmallVector<unsigned> loops;
  for (AffineExpr expr : map.getResults())
    loops.push_back(cast<AffineDimExpr>(expr).getPosition());
  return loops;
}

/// Tiles over the rows of a factor that other ops compute: the loops that the other
/// factor lacks. One at a time over the loops that both have; all columns. Nothing
/// where it is not computed, or has no rows.
std::optional<LoopTiles> findTiles(GenericOp product, OpOperand &rows) {
  if (!rows.get().getDefiningOp<GenericOp>())
    return std::nullopt;
  OpOperand *other = product.getDpsInputOperand(!rows.getOperandNumber());
  AffineMap mine = product.getMatchingIndexingMap(&rows);
  AffineMap theirs = product.getMatchingIndexingMap(other);
  LoopTiles tiles(product.getNumLoops(), 0);
  std::optional<unsigned> last;
  for (unsigned loop : llvm::seq(product.getNumLoops())) {
    if (!isParallel(product, loop) || !mine.isFunctionOfDim(loop))
      continue;
    tiles[loop] = 1;
    if (!theirs.isFunctionOfDim(loop))
      last = loop;
  }
  if (!last)
    return std::nullopt;
  tiles[*last] = rowsPerTile;
  return tiles;
}

/// What tiles of a value mean for the loops of the op that computes it; nothing
/// where two tiles would compute the same element.
std::optional<LoopTiles> followOperand(OpOperand &use,
                                       const LoopTiles &consumerTiles) {
  auto consumer = cast<GenericOp>(use.getOwner());
  auto producer = use.get().getDefiningOp<GenericOp>();
  std::optional<SmallVector<unsigned>> loops = getResultLoops(producer);
  if (!loops)
    return std::nullopt;
  SmallVector<int64_t> sizes = consumer.getStaticLoopRanges();
  llvm::SmallDenseSet<unsigned> missing; // tiled loops that the value lacks
  for (auto [loop, tile] : llvm::enumerate(consumerTiles))
    if (tile && sizes[loop] != 1)
      missing.insert(loop);
  LoopTiles tiles(producer.getNumLoops(), 0);
  AffineMap map = consumer.getMatchingIndexingMap(&use);
  for (auto [expr, loop] : llvm::zip_equal(map.getResults(), *loops))
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      tiles[loop] = consumerTiles[dim.getPosition()];
      missing.erase(dim.getPosition());
    }
  return missing.empty() ? std::optional(tiles) : std::nullopt;
}

/// Adds `op` if every reader is a member and asks for the same tiles of it. What
/// sums begin with may have other readers: it costs nothing to write it again.
void addMember(Chain &chain, GenericOp op) {
  std::optional<LoopTiles> agreed;
  for (OpOperand &use : op->getUses()) {
    auto reader = chain.members.find(use.getOwner());
    if (reader == chain.members.end()) {
      if (op.getNumDpsInputs() == 0)
        continue;
      return;
    }
    std::optional<LoopTiles> tiles = followOperand(use, reader->second);
    if (!tiles || (agreed && *agreed != *tiles))
      return;
    agreed = tiles;
  }
  if (agreed)
    chain.members[op] = *agreed;
}

/// The only reader of the product if all it does is to write elements elsewhere:
/// tiles then go there at once.
GenericOp findMover(GenericOp product) {
  if (!product->hasOneUse())
    return {};
  OpOperand &use = *product->use_begin();
  auto reader = dyn_cast<GenericOp>(use.getOwner());
  if (!reader || reader->getBlock() != product->getBlock() ||
      reader.getNumDpsInputs() != 1 || !getResultLoops(reader) ||
      !llvm::hasSingleElement(*reader.getBody()) ||
      !reader.getMatchingIndexingMap(&use).isPermutation())
    return {};
  return reader;
}

/// Starts at the product, or at what moves its result.
Chain startChain(GenericOp product, const LoopTiles &tiles) {
  GenericOp mover = findMover(product);
  std::optional<SmallVector<unsigned>> loops = getResultLoops(product);
  if (!mover || !loops)
    return {product, {{product, tiles}}};
  AffineMap map = mover.getMatchingIndexingMap(mover.getDpsInputOperand(0));
  LoopTiles moved(mover.getNumLoops(), 0);
  for (auto [r, loop] : llvm::enumerate(*loops))
    moved[map.getDimPosition(r)] = tiles[loop];
  return {mover, {{mover, moved}, {product, tiles}}};
}

/// Adds what computes the rows of the chain's tiles; whether other products or sums
/// are among it.
bool collectMembers(Chain &chain, GenericOp product) {
  bool reduces = false;
  for (Operation &op : llvm::reverse(llvm::make_range(
           product->getBlock()->begin(), product->getIterator()))) {
    auto generic = dyn_cast<GenericOp>(op);
    if (!generic || generic->use_empty())
      continue;
    addMember(chain, generic);
    reduces |=
        chain.members.contains(generic) && generic.getNumReductionLoops();
  }
  return reduces;
}

/// Why the product stays as it is; empty: `chain` computes its rows.
StringRef findChain(GenericOp product, Chain &chain) {
  StringRef reason = "none of its factors is computed by rows";
  for (OpOperand *rows : product.getDpsInputOperands()) {
    std::optional<LoopTiles> tiles = findTiles(product, *rows);
    if (!tiles)
      continue;
    chain = startChain(product, *tiles);
    if (collectMembers(chain, product))
      return "";
    reason = "its rows are no result of a product or a sum";
  }
  return reason;
}

/// Tiles the chain's root, with the other members in front of each tile.
LogicalResult tile(Chain &chain) {
  IRRewriter rewriter(chain.root);
  const LoopTiles &tiles = chain.members[chain.root];
  SmallVector<OpFoldResult> sizes;
  for (int64_t tile : tiles)
    sizes.push_back(rewriter.getIndexAttr(tile));
  // Tiles of the same keys one after another.
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, tiles.size()));
  llvm::stable_sort(order,
                    [&](int64_t a, int64_t b) { return tiles[a] < tiles[b]; });
  scf::SCFTileAndFuseOptions options;
  options.tilingOptions.setTileSizes(sizes)
      .setLoopType(scf::SCFTilingOptions::LoopType::ForallOp)
      .setInterchange(order);
  using Answer = std::optional<scf::SCFTileAndFuseOptions::ControlFnResult>;
  options.setFusionControlFn(
      [&](tensor::ExtractSliceOp, OpResult producer, bool) -> Answer {
        if (!chain.members.contains(producer.getOwner()))
          return std::nullopt;
        return scf::SCFTileAndFuseOptions::ControlFnResult{};
      });
  auto root = cast<TilingInterface>(chain.root.getOperation());
  FailureOr<scf::SCFTileAndFuseResult> result =
      scf::tileConsumerAndFuseProducersUsingSCF(rewriter, root, options);
  if (failed(result))
    return chain.root.emitError("llm-tile-chains: upstream cannot tile this");
  rewriter.replaceOp(chain.root,
                     result->replacements.lookup(chain.root->getResult(0)));
  return success();
}

struct TileChains : impl::TileChainsBase<TileChains> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(runOnFunction(function)))
        return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    // A part of an empty tensor is a smaller empty tensor.
    tensor::populateFoldTensorEmptyPatterns(patterns);
    // The last tile's rows are arithmetic as other sizes are.
    populateAffineToStdConversionPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

  LogicalResult runOnFunction(func::FuncOp function) {
    SmallVector<GenericOp> products;
    function.walk([&](GenericOp op) {
      if (op.getNumReductionLoops() && op.getNumDpsInputs() == 2 &&
          op.hasPureTensorSemantics())
        products.push_back(op);
    });
    // From the end: what a later chain takes in is no product of its own.
    DenseSet<Operation *> taken;
    for (GenericOp product : llvm::reverse(products)) {
      if (taken.contains(product))
        continue;
      Chain chain;
      StringRef reason = findChain(product, chain);
      if (!reason.empty()) {
        decline(product, getArgument(), reason);
        continue;
      }
      applied(chain.root, getArgument(), [&] {
        return std::to_string(chain.members.size()) + " ops run by tiles of " +
               std::to_string(rowsPerTile) + " rows";
      });
      for (auto &[member, tiles] : chain.members)
        taken.insert(member);
      if (failed(tile(chain)))
        return failure();
    }
    return success();
  }
};

} // namespace
} // namespace llmc
