// Each mistake of a spec is one error that says what is known.
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w5' 2>&1 | FileCheck %s --check-prefix=PRESET
// PRESET: quantize: 'w5' is no preset (w8, w4, w4-gptq, w4-kmeans, w3-kmeans, w4-awq, w3-gptq, w3-awq, w3-spqr, w3-owq, w1-pb, w2-quip, nf4, fp4, mxfp4, fp8), nor key=value of a key that is known (method, bits, group, zero, values, scale, scale-search, damp, act-order, rotate, outliers, outliers-by, outliers-as, rank, iterations)
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4,bits=9' 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: quantize: bits takes 1 to 8, found '9'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=group=24' 2>&1 | FileCheck %s --check-prefix=DIVIDE
// DIVIDE: quantize: group=24 does not divide the 160 columns of 'w' in 4 bits: 16, 32, 40, 80, 160 are possible
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=80' 2>&1 | FileCheck %s --check-prefix=PANELS
// PANELS: quantize: group=80 is not possible for the 160 columns of 'w' in 3 bits: 32, 160 are possible
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=group=12' 2>&1 | FileCheck %s --check-prefix=GROUP
// GROUP: quantize: group takes a multiple of 8 from 16 to 256, channel (one scale per row) or auto, found '12'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4;w' 2>&1 | FileCheck %s --check-prefix=COLON
// COLON: quantize: 'w' is no PATTERN:CHOICE: what stands behind a ';' is for the weights of a pattern
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4;v*:w8' 2>&1 | FileCheck %s --check-prefix=MATCH
// MATCH: quantize: the pattern 'v*' matches no weight of a product or table: one is named 'w'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4;w:keep' 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: quantize: no weight is left to quantise: products read none, or only such as the spec keeps or that have as few bits already
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4;w:method=magic' 2>&1 | FileCheck %s --check-prefix=METHOD
// METHOD: quantize: the weights 'w': method takes rtn, gptq, awq, awq+gptq, quantease or awq+quantease, found 'magic'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=values=nf5' 2>&1 | FileCheck %s --check-prefix=VALUES
// VALUES: quantize: values takes uniform, nf4, fp4, iq4_nl, kmeans, mofq, e4m3, e5m2 or 16 numbers (8 of 3 bits, 4 of 2) of either sign from -127 to 127 with / between them, found 'nf5'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=values=-1/0/1' 2>&1 | FileCheck %s --check-prefix=FEW
// FEW: quantize: values takes uniform, {{.*}} or 16 numbers (8 of 3 bits, 4 of 2) of either sign from -127 to 127 with / between them, found '-1/0/1'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=values=kmeans' 2>&1 | FileCheck %s --check-prefix=KMEANS
// KMEANS: quantize: values=kmeans are no values but leave them to llmc compile, which fits them: give the SPEC that it names with --explain
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w8;w:values=mofq' 2>&1 | FileCheck %s --check-prefix=MOFQ
// MOFQ: quantize: values=mofq are no values but leave them to llmc compile, which fits them: give the SPEC that it names with --explain
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=3,values=mofq' 2>&1 | FileCheck %s --check-prefix=WIDTH
// WIDTH: quantize: values=mofq takes integers or floats, which have 4 or 8 bits, found bits=3: take bits=4, bits=8 or values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4;w:outliers-by=column' 2>&1 | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: quantize: the weights 'w': outliers-by=column is of weights beside the codes, found outliers=0: say how many percent there are (outliers=1), or leave it out
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=1' 2>&1 | FileCheck %s --check-prefix=BINARY
// BINARY: quantize: bits=1 has codes for -1 and 1 times a scale, which is the mean magnitude of a group and not the largest, found scale-search=no: take scale-search=yes
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w1-pb,zero=asym' 2>&1 | FileCheck %s --check-prefix=SIGNS
// SIGNS: quantize: bits=1 has codes for -1 and 1 times a scale, found zero=asym: take zero=sym
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w1-pb,rank=8' 2>&1 | FileCheck %s --check-prefix=RANK
// RANK: quantize: outliers-as=i8 are what the codes leave, found rank=8 of factors, which are made of that too: take rank=0 or outliers-as=f16
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=scale=f8' 2>&1 | FileCheck %s --check-prefix=SCALE
// SCALE: quantize: scale takes f32, f16, bf16, e8m0 (powers of two), i8 or i6 (integers of a float that groups share), found 'f8'
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=w4,group=channel;w:scale=i8' 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: quantize: the weights 'w': scale=i8 has integers of a float that groups share, and group=channel has one scale per row: take a number of columns, group=32, or scale=f16
// Groups that share a float may be narrower.
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=bits=3,group=24,scale=i6' 2>&1 | FileCheck %s --check-prefix=NARROW
// NARROW: quantize: group=24 does not divide the 160 columns of 'w' in 3 bits: 16, 32, 40, 80, 160 are possible
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=nf4,bits=3' 2>&1 | FileCheck %s --check-prefix=SIXTEEN
// SIXTEEN: quantize: values=nf4 has 16 values, for codes of 4 bits, found bits=3: take bits=4 or values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=fp4;w:bits=6' 2>&1 | FileCheck %s --check-prefix=INHERITED
// INHERITED: quantize: the weights 'w': values=fp4 has 16 values, for codes of 4 bits, found bits=6: take bits=4 or values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=mxfp4,zero=asym' 2>&1 | FileCheck %s --check-prefix=MINIMUM
// MINIMUM: quantize: values=fp4 has values of either sign, and zero=asym puts a minimum below them: take zero=sym or values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=fp8;w:bits=4' 2>&1 | FileCheck %s --check-prefix=EIGHT
// EIGHT: quantize: the weights 'w': values=e4m3 are floats of 8 bits, found bits=4: take bits=8 or values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=fp8,method=gptq' 2>&1 | FileCheck %s --check-prefix=NEAREST
// NEAREST: quantize: values=e4m3 are floats, to which only method=rtn rounds, with nothing beside them: found method, leave it out or take values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=values=e5m2,bits=8,rank=8' 2>&1 | FileCheck %s --check-prefix=BESIDE
// BESIDE: quantize: values=e5m2 are floats, {{.*}}: found rank, leave it out or take values=uniform
// RUN: not llmc-opt %s '--llm-quantize-weights=spec=auto' 2>&1 | FileCheck %s --check-prefix=AUTO
// AUTO: quantize: auto is no choice but leaves it to llmc compile, which measures the model: give the SPEC that it names with --explain

llm.weight @w : tensor<32x160xf32> source "w"
func.func @step(%x: tensor<?x160xf32>) -> tensor<?x32xf32> {
  %w = llm.param @w : tensor<32x160xf32>
  %y = llm.linear %x, %w : (tensor<?x160xf32>, tensor<32x160xf32>) -> tensor<?x32xf32>
  %z = llm.act silu %y : tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
