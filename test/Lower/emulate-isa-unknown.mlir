// RUN: llmc-opt %s --llm-emulate-isa=machine=avx512-vnni
// RUN: not llmc-opt %s --llm-emulate-isa=machine=avx2 2>&1 | FileCheck %s

// CHECK: error: llm-emulate-isa: no emulation of 'llvm.x86.avx512.pavg.b.512': add its meaning to EmulateIsa.cpp
func.func @forgotten(%a: vector<64xi8>) -> vector<64xi8> attributes {target_features = #llvm.target_features<["+avx512bw"]>} {
  %r = llvm.call_intrinsic "llvm.x86.avx512.pavg.b.512"(%a, %a) : (vector<64xi8>, vector<64xi8>) -> vector<64xi8>
  return %r : vector<64xi8>
}
