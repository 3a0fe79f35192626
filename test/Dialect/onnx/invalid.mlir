// RUN: llmc-opt %s -verify-diagnostics -split-input-file
// What the schema says is checked, whoever wrote the op.

func.func @too_few_places(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.Add' op expected 2 operands, but found 1}}
  %y = onnx.Add(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @required_place(%x: tensor<4xf32>) {
  %no = onnx.None : none
  // expected-error @below {{'onnx.Add' op operand #1 must be tensor of 16-bit float}}
  %y = onnx.Add(%x, %no) : (tensor<4xf32>, none) -> tensor<4xf32>
  return
}

// -----

func.func @element_type(%x: tensor<4x!onnx.string>) {
  // expected-error @below {{'onnx.Exp' op operand #0 must be tensor of 16-bit float}}
  %y = onnx.Exp(%x) : (tensor<4x!onnx.string>) -> tensor<4x!onnx.string>
  return
}

// -----

func.func @signless_unsigned(%x: tensor<4xi8>) {
  // expected-error @below {{'onnx.ImageDecoder' op operand #0 must be tensor of 8-bit unsigned integer}}
  %y = onnx.ImageDecoder(%x) : (tensor<4xi8>) -> tensor<?x?x?xui8>
  return
}

// -----

func.func @same_element_type(%x: tensor<4xf32>, %y: tensor<4xf16>) {
  // expected-error @below {{requires the same element type at the places that the schema names alike: found 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %z = onnx.Add(%x, %y) : (tensor<4xf32>, tensor<4xf16>) -> tensor<4xf32>
  return
}

// -----

func.func @same_element_type_of_result(%x: tensor<4xf32>) {
  // expected-error @below {{found 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %y = onnx.Exp(%x) : (tensor<4xf32>) -> tensor<4xf16>
  return
}

// -----

func.func @same_element_type_of_variadic(%x: tensor<4xf32>, %y: tensor<4xi64>) {
  // expected-error @below {{found 'tensor<4xf32>' and 'tensor<4xi64>'}}
  %z = onnx.Concat(%x, %x, %y) {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xi64>) -> tensor<12xf32>
  return
}

// -----

func.func @same_element_type_in_sequence(%x: !onnx.seq<tensor<4xf32>>) {
  // expected-error @below {{found '!onnx.seq<tensor<4xf32>>' and '!onnx.seq<tensor<4xf16>>'}}
  %y = onnx.Identity(%x) : (!onnx.seq<tensor<4xf32>>) -> !onnx.seq<tensor<4xf16>>
  return
}

// -----

func.func @empty_variadic() {
  // expected-error @below {{requires at least 1 operands, found 0}}
  %y = onnx.Concat {axis = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

func.func @no_result(%c: tensor<i1>) {
  // expected-error @below {{requires at least 1 results, found 0}}
  onnx.If(%c) : (tensor<i1>) -> () {
    onnx.Yield
  }, {
    onnx.Yield
  }
  return
}

// -----

func.func @required_attribute(%x: tensor<4xf32>) {
  // expected-error @below {{requires attribute 'to'}}
  %y = onnx.Cast(%x) : (tensor<4xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @kind_of_attribute(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.Cast' op attribute 'to' failed to satisfy constraint: 64-bit integer}}
  %y = onnx.Cast(%x) {to = "f16"} : (tensor<4xf32>) -> tensor<4xf16>
  return
}

// -----

func.func @number_of_types(%x: tensor<4xf32>) {
  // expected-error @below {{number of operands and types do not match: got 1 operands and 2 types}}
  %y = onnx.Exp(%x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @missing_subgraph(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+3 {{expected ','}}
  %y = onnx.If(%c) : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @constant_without_value() {
  // expected-error @below {{requires exactly one attribute with its value, found 0}}
  %c = onnx.Constant : () -> tensor<f32>
  return
}

// -----

func.func @constant_with_two_values() {
  // expected-error @below {{requires exactly one attribute with its value, found 2}}
  %c = onnx.Constant {value_float = 1.0 : f32, value_int = 1 : i64} : () -> tensor<f32>
  return
}

// -----

func.func @constant_of_another_type() {
  // expected-error @below {{requires the type of its value, which is 'tensor<2xi64>', found 'tensor<3xi64>'}}
  %c = onnx.Constant {value_ints = array<i64: 1, 2>} : () -> tensor<3xi64>
  return
}

// -----

func.func @yield_outside(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.Yield' op expects parent op to be one of 'onnx.If, onnx.Loop, onnx.Scan, onnx.SequenceMap'}}
  onnx.Yield %x : tensor<4xf32>
}

// -----

func.func @terminator(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{requires its body to end with 'onnx.Yield', found 'llvm.unreachable'}}
  %y = onnx.If(%c) : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  }, {
    llvm.unreachable
  }
  return %y : tensor<4xf32>
}

// -----

func.func @number_of_branch_results(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{requires 1 results of its body, found 2}}
  %y = onnx.If(%c) : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  }, {
    onnx.Yield %x, %x : tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

func.func @type_of_branch_result(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{requires results of its body to have the element types of the operator: number 0 is 'tensor<i1>', the operator has 'tensor<4xf32>'}}
  %y = onnx.If(%c) : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %c : tensor<i1>
  }, {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @loop_without_carried_result(%n: tensor<i64>, %c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{requires a result for each of its 2 initial values, found 1}}
  %y = onnx.Loop(%n, %c, %x, %x) : (tensor<i64>, tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %going: tensor<i1>, %a: tensor<4xf32>, %b: tensor<4xf32>):
    onnx.Yield %going, %a : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_arguments(%n: tensor<i64>, %c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{requires 3 arguments of its body, found 2}}
  %y = onnx.Loop(%n, %c, %x) : (tensor<i64>, tensor<i1>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %going: tensor<i1>):
    onnx.Yield %going, %x : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @scan_inputs(%x: tensor<4xf32>) {
  // expected-error @below {{requires num_scan_inputs of 1 to its 1 inputs, found 2}}
  %y = onnx.Scan(%x) {num_scan_inputs = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<f32>):
    onnx.Yield %a : tensor<f32>
  }
  return
}

// -----

func.func @map_results(%s: !onnx.seq<tensor<4xf32>>) {
  // expected-error @below {{number 0 is 'tensor<4xf32>', the operator has 'tensor<4xi64>'}}
  %y = onnx.SequenceMap(%s) : (!onnx.seq<tensor<4xf32>>) -> !onnx.seq<tensor<4xi64>> {
  ^bb0(%a: tensor<4xf32>):
    onnx.Yield %a : tensor<4xf32>
  }
  return
}
