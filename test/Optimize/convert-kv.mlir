// RUN: llmc-opt %s --llm-convert-kv | FileCheck %s --check-prefixes=CHECK,F16
// RUN: llmc-opt %s --llm-convert-kv=to=f32 --remark-policy=all --remark-format=emitRemark --remarks-filter-missed=llm-convert-kv -o /dev/null 2>&1 | FileCheck %s --check-prefix=DECLINED
// RUN: llmc-opt %s --llm-convert-kv=to=bf16 | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: llmc-opt %s --llm-convert-kv=to=f32 | FileCheck %s --check-prefixes=CHECK,F32
// RUN: llmc-opt %s --llm-convert-kv=to=i8 | FileCheck %s --check-prefixes=CHECK,I8
// RUN: not llmc-opt %s --llm-convert-kv=to=q8_0 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: for the --to option: takes f32, f16, bf16 or i8, found 'q8_0'

// DECLINED: declined {{.*}}the cache holds f32 already
// Arguments, results, ops and loops alike; window and prefix are kept.
// CHECK-LABEL: func.func @step(
// F16-SAME: !llm.kv<2x2x8x8, f16, window = 32>) -> !llm.kv<2x2x8x8, f16, window = 32>
// BF16-SAME: !llm.kv<2x2x8x8, bf16, window = 32>) -> !llm.kv<2x2x8x8, bf16, window = 32>
// I8-SAME: !llm.kv<2x2x8x8, i8, window = 32>) -> !llm.kv<2x2x8x8, i8, window = 32>
// F32-SAME: !llm.kv<2x2x8x8, f32, window = 32>) -> !llm.kv<2x2x8x8, f32, window = 32>
// F16-NOT: , f32, window
// BF16-NOT: , f32, window
// F16: scf.for {{.*}} -> (!llm.kv<2x2x8x8, f16, window = 32>)
// F16: llm.kv_write {{.*}} : !llm.kv<2x2x8x8, f16, window = 32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f16, window = 32>
func.func @step(%b: !llm.batch, %k: tensor<?x2x8xf32>, %kv: !llm.kv<2x2x8x8, f32, window = 32>) -> !llm.kv<2x2x8x8, f32, window = 32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%c = %kv) -> (!llm.kv<2x2x8x8, f32, window = 32>) {
    %n = llm.kv_write %c[%i], %k, value(%k), %b : !llm.kv<2x2x8x8, f32, window = 32>, tensor<?x2x8xf32>, value(tensor<?x2x8xf32>) -> !llm.kv<2x2x8x8, f32, window = 32>
    scf.yield %n : !llm.kv<2x2x8x8, f32, window = 32>
  }
  return %r : !llm.kv<2x2x8x8, f32, window = 32>
}

// CHECK-LABEL: func.func @prefix(
// F16-SAME: !llm.kv<1x1x12x0, f16, prefix = 8>
// Tensors are not caches.
// CHECK-SAME: tensor<?x4xf32>
func.func @prefix(%kv: !llm.kv<1x1x12x0, f32, prefix = 8>, %x: tensor<?x4xf32>) {
  return
}
