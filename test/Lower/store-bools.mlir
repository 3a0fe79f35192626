// RUN: llmc-opt %s --llm-store-bools | FileCheck %s

// A bool in memory is a byte: whoever reads an element compares, whoever writes one extends. Other values stay bools.
// CHECK-DAG: memref.global "private" constant @bits : memref<3xi8> = dense<[1, 0, 1]>
memref.global "private" constant @bits : memref<3xi1> = dense<[true, false, true]>

// CHECK-LABEL: func.func @bools
// CHECK: %[[BITS:.*]] = memref.get_global @bits : memref<3xi8>
// CHECK: %[[A:.*]] = memref.view %{{.*}} : memref<?xi8> to memref<3xi8>
// CHECK: linalg.generic {{.*}} ins(%[[BITS]], %{{.*}} : memref<3xi8>, memref<3xf32>) outs(%[[A]] : memref<3xi8>)
// CHECK-NEXT: ^bb0(%[[IN:.*]]: i8, %[[X:.*]]: f32, %{{.*}}: i8):
// CHECK: %[[BOOL:.*]] = arith.cmpi ne, %[[IN]], %c0_i8
// CHECK: %[[POSITIVE:.*]] = arith.cmpf ogt, %[[X]]
// CHECK: %[[BOTH:.*]] = arith.andi %[[BOOL]], %[[POSITIVE]] : i1
// CHECK: %[[BYTE:.*]] = arith.extui %[[BOTH]] : i1 to i8
// CHECK: linalg.yield %[[BYTE]] : i8
// CHECK: %[[PART:.*]] = memref.subview %[[A]][1] [1] [1] : memref<3xi8> to memref<1xi8, strided<[1], offset: 1>>
// CHECK: %[[LOADED:.*]] = memref.load %[[PART]]
// CHECK: arith.cmpi ne, %[[LOADED]], %c0_i8
// CHECK: %[[STORED:.*]] = arith.extui %arg{{.*}} : i1 to i8
// CHECK: memref.store %[[STORED]], %[[A]]
func.func @bools(%workspace: memref<?xi8>, %x: memref<3xf32>, %given: i1) -> i1 {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %bits = memref.get_global @bits : memref<3xi1>
  %a = memref.view %workspace[%c0][] : memref<?xi8> to memref<3xi1>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%bits, %x : memref<3xi1>, memref<3xf32>) outs(%a : memref<3xi1>) {
  ^bb0(%p: i1, %q: f32, %o: i1):
    %s = arith.cmpf ogt, %q, %zero : f32
    %t = arith.andi %p, %s : i1
    linalg.yield %t : i1
  }
  %part = memref.subview %a[1] [1] [1] : memref<3xi1> to memref<1xi1, strided<[1], offset: 1>>
  %v = memref.load %part[%c0] : memref<1xi1, strided<[1], offset: 1>>
  memref.store %given, %a[%c0] : memref<3xi1>
  return %v : i1
}
