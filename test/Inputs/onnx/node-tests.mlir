// ONNX's node tests (Apache-2.0), made by utils/make-node-tests.py; do not edit.
func.func @test_cast_BFLOAT16_to_FLOAT() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0xF53EF63E003F523FF13E513F583E393FC07F807F807F80FF"> : tensor<3x4xbf16>} : () -> tensor<3x4xbf16>
  %r:1 = onnx.Cast(%i0) {to = 1 : i64} : (tensor<3x4xbf16>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000F53E0000F63E0000003F0000523F0000F13E0000513F0000583E0000393F0000C07F0000807F0000807F000080FF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_cast_DOUBLE_to_FLOAT() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00000000B7A6DE3F00000000D6BDDE3F00000040D6FADF3F000000A01C36EA3F000000809919DE3F000000808120EA3F00000020DAFDCA3F000000200722E73F000000000000F87F000000000000F07F000000000000F07F000000000000F0FF"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  %r:1 = onnx.Cast(%i0) {to = 1 : i64} : (tensor<3x4xf64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xB835F53EB0EEF53EB2D6FF3EE5B0513FCCCCF03E0C04513FD1EE573E3910393F0000C07F0000807F0000807F000080FF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_cast_DOUBLE_to_FLOAT16() -> (tensor<*xf16>, tensor<3x4xf16>) {
  %i0 = onnx.Constant {value = dense<"0x00000000B7A6DE3F00000000D6BDDE3F00000040D6FADF3F000000A01C36EA3F000000809919DE3F000000808120EA3F00000020DAFDCA3F000000200722E73F000000000000F87F000000000000F07F000000000000F07F000000000000F0FF"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  %r:1 = onnx.Cast(%i0) {to = 10 : i64} : (tensor<3x4xf64>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0xAA37AF37FF378E3A8637883ABF32C939007E007C007C00FC"> : tensor<3x4xf16>} : () -> tensor<3x4xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<3x4xf16>
}

func.func @test_castlike_BFLOAT16_to_FLOAT() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0xF53EF63E003F523FF13E513F583E393FC07F807F807F80FF"> : tensor<3x4xbf16>} : () -> tensor<3x4xbf16>
  %i1 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  %r:1 = onnx.CastLike(%i0, %i1) {} : (tensor<3x4xbf16>, tensor<0xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000F53E0000F63E0000003F0000523F0000F13E0000513F0000583E0000393F0000C07F0000807F0000807F000080FF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_castlike_DOUBLE_to_FLOAT() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00000000B7A6DE3F00000000D6BDDE3F00000040D6FADF3F000000A01C36EA3F000000809919DE3F000000808120EA3F00000020DAFDCA3F000000200722E73F000000000000F87F000000000000F07F000000000000F07F000000000000F0FF"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  %i1 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  %r:1 = onnx.CastLike(%i0, %i1) {} : (tensor<3x4xf64>, tensor<0xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xB835F53EB0EEF53EB2D6FF3EE5B0513FCCCCF03E0C04513FD1EE573E3910393F0000C07F0000807F0000807F000080FF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_castlike_DOUBLE_to_FLOAT16() -> (tensor<*xf16>, tensor<3x4xf16>) {
  %i0 = onnx.Constant {value = dense<"0x00000000B7A6DE3F00000000D6BDDE3F00000040D6FADF3F000000A01C36EA3F000000809919DE3F000000808120EA3F00000020DAFDCA3F000000200722E73F000000000000F87F000000000000F07F000000000000F07F000000000000F0FF"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  %i1 = onnx.Constant {value = dense<> : tensor<0xf16>} : () -> tensor<0xf16>
  %r:1 = onnx.CastLike(%i0, %i1) {} : (tensor<3x4xf64>, tensor<0xf16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0xAA37AF37FF378E3A8637883ABF32C939007E007C007C00FC"> : tensor<3x4xf16>} : () -> tensor<3x4xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<3x4xf16>
}

func.func @test_constantofshape_int_shape_zero() -> (tensor<*xi32>, tensor<0xi32>) {
  %i0 = onnx.Constant {value = dense<[0]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ConstantOfShape(%i0) {value = dense<[0]> : tensor<1xi32>} : (tensor<1xi64>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<> : tensor<0xi32>} : () -> tensor<0xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<0xi32>
}

func.func @test_reduce_sum_empty_set_non_reduced_axis_zero() -> (tensor<*xf32>, tensor<2x0x1xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[2]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceSum(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<> : tensor<2x0x1xf32>} : () -> tensor<2x0x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x0x1xf32>
}

func.func @test_tril_zero() -> (tensor<*xi64>, tensor<3x0x5xi64>) {
  %i0 = onnx.Constant {value = dense<> : tensor<3x0x5xi64>} : () -> tensor<3x0x5xi64>
  %i1 = onnx.Constant {value = dense<6> : tensor<i64>} : () -> tensor<i64>
  %r:1 = onnx.Trilu(%i0, %i1) {upper = 0 : i64} : (tensor<3x0x5xi64>, tensor<i64>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<> : tensor<3x0x5xi64>} : () -> tensor<3x0x5xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<3x0x5xi64>
}

func.func @test_triu_zero() -> (tensor<*xi64>, tensor<0x5xi64>) {
  %i0 = onnx.Constant {value = dense<> : tensor<0x5xi64>} : () -> tensor<0x5xi64>
  %i1 = onnx.Constant {value = dense<6> : tensor<i64>} : () -> tensor<i64>
  %r:1 = onnx.Trilu(%i0, %i1) {} : (tensor<0x5xi64>, tensor<i64>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<> : tensor<0x5xi64>} : () -> tensor<0x5xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<0x5xi64>
}

func.func @test_einsum_scalar() -> (tensor<*xf64>, tensor<f64>) {
  %i0 = onnx.Constant {value = dense<"0x0000000000001440"> : tensor<f64>} : () -> tensor<f64>
  %r:1 = onnx.Einsum(%i0) {equation = "->"} : (tensor<f64>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x0000000000001440"> : tensor<f64>} : () -> tensor<f64>
  return %r#0, %e0 : tensor<*xf64>, tensor<f64>
}

func.func @test_reshape_allowzero_reordered() -> (tensor<*xf32>, tensor<3x4x0xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<0x3x4xf32>} : () -> tensor<0x3x4xf32>
  %i1 = onnx.Constant {value = dense<[3, 4, 0]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.Reshape(%i0, %i1) {allowzero = 1 : i64} : (tensor<0x3x4xf32>, tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<> : tensor<3x4x0xf32>} : () -> tensor<3x4x0xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x0xf32>
}

func.func @test_split_zero_size_splits_opset18() -> (tensor<*xf32>, tensor<0xf32>, tensor<*xf32>, tensor<0xf32>, tensor<*xf32>, tensor<0xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  %i1 = onnx.Constant {value = dense<[0, 0, 0]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:3 = onnx.Split(%i0, %i1) {} : (tensor<0xf32>, tensor<3xi64>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  %e1 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  %e2 = onnx.Constant {value = dense<> : tensor<0xf32>} : () -> tensor<0xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<0xf32>, tensor<*xf32>, tensor<0xf32>, tensor<*xf32>, tensor<0xf32>
}

func.func @test_ceil_example() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000C0BF9A99993F"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Ceil(%i0) {} : (tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080BF00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_log_example() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F00002041"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Log(%i0) {} : (tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000008E5D1340"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_neg_example() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080C000000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Neg(%i0) {} : (tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00008040000000C0"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_reciprocal_example() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080C000000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Reciprocal(%i0) {} : (tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080BE0000003F"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_dequantizelinear_int2() -> (tensor<*xf32>, tensor<4xf32>) {
  %i0 = onnx.Constant {value = dense<[0, 1, -1, -2]> : tensor<4xi2>} : () -> tensor<4xi2>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<[1]> : tensor<1xi2>} : () -> tensor<1xi2>
  %r:1 = onnx.DequantizeLinear(%i0, %i1, %i2) {axis = 0 : i64} : (tensor<4xi2>, tensor<f32>, tensor<1xi2>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000C000000000000080C00000C0C0"> : tensor<4xf32>} : () -> tensor<4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4xf32>
}

func.func @test_dequantizelinear_uint2() -> (tensor<*xf32>, tensor<4xf32>) {
  %i0 = onnx.Constant {value = dense<[0, 1, 2, 3]> : tensor<4xui2>} : () -> tensor<4xui2>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<[1]> : tensor<1xui2>} : () -> tensor<1xui2>
  %r:1 = onnx.DequantizeLinear(%i0, %i1, %i2) {axis = 0 : i64} : (tensor<4xui2>, tensor<f32>, tensor<1xui2>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000C0000000000000004000008040"> : tensor<4xf32>} : () -> tensor<4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4xf32>
}

func.func @test_range_bfloat16_type_positive_delta() -> (tensor<*xbf16>, tensor<2xbf16>) {
  %i0 = onnx.Constant {value = dense<"0x803F"> : tensor<bf16>} : () -> tensor<bf16>
  %i1 = onnx.Constant {value = dense<"0xA040"> : tensor<bf16>} : () -> tensor<bf16>
  %i2 = onnx.Constant {value = dense<"0x0040"> : tensor<bf16>} : () -> tensor<bf16>
  %r:1 = onnx.Range(%i0, %i1, %i2) {} : (tensor<bf16>, tensor<bf16>, tensor<bf16>) -> (tensor<*xbf16>)
  %e0 = onnx.Constant {value = dense<"0x803F4040"> : tensor<2xbf16>} : () -> tensor<2xbf16>
  return %r#0, %e0 : tensor<*xbf16>, tensor<2xbf16>
}

func.func @test_range_float16_type_positive_delta() -> (tensor<*xf16>, tensor<2xf16>) {
  %i0 = onnx.Constant {value = dense<"0x003C"> : tensor<f16>} : () -> tensor<f16>
  %i1 = onnx.Constant {value = dense<"0x0045"> : tensor<f16>} : () -> tensor<f16>
  %i2 = onnx.Constant {value = dense<"0x0040"> : tensor<f16>} : () -> tensor<f16>
  %r:1 = onnx.Range(%i0, %i1, %i2) {} : (tensor<f16>, tensor<f16>, tensor<f16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0x003C0042"> : tensor<2xf16>} : () -> tensor<2xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<2xf16>
}

func.func @test_range_float_type_positive_delta() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F"> : tensor<f32>} : () -> tensor<f32>
  %i1 = onnx.Constant {value = dense<"0x0000A040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %r:1 = onnx.Range(%i0, %i1, %i2) {} : (tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F00004040"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_acos_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000BF000000000000003F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Acos(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x920A0640DB0FC93F920A863F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_acosh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000204154F82D400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Acosh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xF7903F407727D43F00000000"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_argmax_default_axis_example() -> (tensor<*xi64>, tensor<1x2xi64>) {
  %i0 = onnx.Constant {value = dense<"0x00000040000000400000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMax(%i0) {keepdims = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[1, 1]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<1x2xi64>
}

func.func @test_argmax_default_axis_example_select_last_index() -> (tensor<*xi64>, tensor<1x2xi64>) {
  %i0 = onnx.Constant {value = dense<"0x00000040000000400000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMax(%i0) {keepdims = 1 : i64, select_last_index = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[1, 1]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<1x2xi64>
}

func.func @test_argmax_keepdims_example() -> (tensor<*xi64>, tensor<2x1xi64>) {
  %i0 = onnx.Constant {value = dense<"0x00000040000000400000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMax(%i0) {axis = 1 : i64, keepdims = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[0], [1]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<2x1xi64>
}

func.func @test_argmin_default_axis_example() -> (tensor<*xi64>, tensor<1x2xi64>) {
  %i0 = onnx.Constant {value = dense<"0x000000400000803F0000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMin(%i0) {keepdims = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[0, 0]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<1x2xi64>
}

func.func @test_argmin_default_axis_example_select_last_index() -> (tensor<*xi64>, tensor<1x2xi64>) {
  %i0 = onnx.Constant {value = dense<"0x00000040000000400000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMin(%i0) {keepdims = 1 : i64, select_last_index = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[0, 0]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<1x2xi64>
}

func.func @test_argmin_keepdims_example() -> (tensor<*xi64>, tensor<2x1xi64>) {
  %i0 = onnx.Constant {value = dense<"0x000000400000803F0000404000002041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.ArgMin(%i0) {axis = 1 : i64, keepdims = 1 : i64} : (tensor<2x2xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[1], [0]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<2x1xi64>
}

func.func @test_asin_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000BF000000000000003F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Asin(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x920A06BF00000000920A063F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_asinh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Asinh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xB3A161BF00000000B3A1613F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_atan_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Atan(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xDB0F49BF00000000DB0F493F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_atanh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000BF000000000000003F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Atanh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x549F0CBF00000000549F0C3F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_clip_default_inbounds() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %no = onnx.None : none
  %r:1 = onnx.Clip(%i0, %no, %no) {} : (tensor<3xf32>, none, none) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_clip_default_int8_inbounds() -> (tensor<*xi8>, tensor<3xi8>) {
  %i0 = onnx.Constant {value = dense<[-1, 0, 1]> : tensor<3xi8>} : () -> tensor<3xi8>
  %no = onnx.None : none
  %r:1 = onnx.Clip(%i0, %no, %no) {} : (tensor<3xi8>, none, none) -> (tensor<*xi8>)
  %e0 = onnx.Constant {value = dense<[-1, 0, 1]> : tensor<3xi8>} : () -> tensor<3xi8>
  return %r#0, %e0 : tensor<*xi8>, tensor<3xi8>
}

func.func @test_cos_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Cos(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x40510A3F0000803F40510A3F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_cosh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Cosh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xAB83C53F0000803FAB83C53F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_dequantizelinear_e4m3fn() -> (tensor<*xf32>, tensor<5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0030387EED"> : tensor<5xf8E4M3FN>} : () -> tensor<5xf8E4M3FN>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %no = onnx.None : none
  %r:1 = onnx.DequantizeLinear(%i0, %i1, %no) {axis = 0 : i64} : (tensor<5xf8E4M3FN>, tensor<f32>, none) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000000000803F0000004000006044000050C3"> : tensor<5xf32>} : () -> tensor<5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<5xf32>
}

func.func @test_div_example() -> (tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000404000008040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Div(%i0, %i1) {} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000404000000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2xf32>
}

func.func @test_elu_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Elu(%i0) {alpha = 0x40000000 : f32} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xA7D2A1BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_exp_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Exp(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xB15ABC3E0000803F55F82D40"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_floor_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000C0BF9A99993F00000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Floor(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000C00000803F00000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_gelu_default_1() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Gelu(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x867622BE000000005F62573F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_gelu_tanh_1() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Gelu(%i0) {approximate = "tanh"} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x909E22BE000000005C58573F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_hardsigmoid_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.HardSigmoid(%i0) {alpha = 0x3F000000 : f32, beta = 0x3F19999A : f32} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD0CCCC3D9A99193F0000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_leakyrelu_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.LeakyRelu(%i0) {alpha = 0x3DCCCCCD : f32} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xCDCCCCBD000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_logsoftmax_example_1() -> (tensor<*xf32>, tensor<1x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  %r:1 = onnx.LogSoftmax(%i0) {} : (tensor<1x3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x38161AC06F2CB4BFBCB1D0BE"> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x3xf32>
}

func.func @test_max_one_input() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Max(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_mean_one_input() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Mean(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_min_one_input() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Min(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_quantizelinear_e4m3fn() -> (tensor<*xf8E4M3FN>, tensor<5xf8E4M3FN>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F000000400050C34700004843"> : tensor<5xf32>} : () -> tensor<5xf32>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x00"> : tensor<1xf8E4M3FN>} : () -> tensor<1xf8E4M3FN>
  %r:1 = onnx.QuantizeLinear(%i0, %i1, %i2) {} : (tensor<5xf32>, tensor<f32>, tensor<1xf8E4M3FN>) -> (tensor<*xf8E4M3FN>)
  %e0 = onnx.Constant {value = dense<"0x0030387E6C"> : tensor<5xf8E4M3FN>} : () -> tensor<5xf8E4M3FN>
  return %r#0, %e0 : tensor<*xf8E4M3FN>, tensor<5xf8E4M3FN>
}

func.func @test_quantizelinear_e5m2() -> (tensor<*xf8E5M2>, tensor<5xf8E5M2>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F000000400050C34700004843"> : tensor<5xf32>} : () -> tensor<5xf32>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x00"> : tensor<1xf8E5M2>} : () -> tensor<1xf8E5M2>
  %r:1 = onnx.QuantizeLinear(%i0, %i1, %i2) {} : (tensor<5xf32>, tensor<f32>, tensor<1xf8E5M2>) -> (tensor<*xf8E5M2>)
  %e0 = onnx.Constant {value = dense<"0x00383C7A56"> : tensor<5xf8E5M2>} : () -> tensor<5xf8E5M2>
  return %r#0, %e0 : tensor<*xf8E5M2>, tensor<5xf8E5M2>
}

func.func @test_selu_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Selu(%i0) {alpha = 0x40000000 : f32, gamma = 0x40400000 : f32} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xFABB72C00000000000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sigmoid_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sigmoid(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xB0B2893E0000003FA8263B3F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sin_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sin(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xA56A57BF00000000A56A573F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sinh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sinh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xFE6C96BF00000000FE6C963F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_softmax_example() -> (tensor<*xf32>, tensor<1x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  %r:1 = onnx.Softmax(%i0) {} : (tensor<1x3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xF361B83D199A7A3E3B4D2A3F"> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x3xf32>
}

func.func @test_softplus_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Softplus(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD663A03E1872313FF618A83F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_softsign_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Softsign(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000BF000000000000003F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sqrt_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000804000001041"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sqrt(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sum_one_input() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sum(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_swish() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00004040000080400000A040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Swish(%i0) {alpha = 0x3F800000 : f32} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xECE4364041657B40DDED9E40"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_tan_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Tan(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x2359C7BF000000002359C73F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_tanh_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Tanh(%i0) {} : (tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD6F742BF00000000D6F7423F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_matmul_1d_1d() -> (tensor<*xf32>, tensor<f32>) {
  %i0 = onnx.Constant {value = dense<"0x6D6AA23ECA4C493F7CCEEEBE"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x3BC771BF09F2D1BE656E8BBC"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.MatMul(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x09351DBF"> : tensor<f32>} : () -> tensor<f32>
  return %r#0, %e0 : tensor<*xf32>, tensor<f32>
}

func.func @test_pow_bcast_scalar() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %r:1 = onnx.Pow(%i0, %i1) {} : (tensor<3xf32>, tensor<f32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000804000001041"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_size_example() -> (tensor<*xi64>, tensor<i64>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C040"> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %r:1 = onnx.Size(%i0) {} : (tensor<2x3xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<6> : tensor<i64>} : () -> tensor<i64>
  return %r#0, %e0 : tensor<*xi64>, tensor<i64>
}

func.func @test_clip_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000C00000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x000080BF"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x0000803F"> : tensor<f32>} : () -> tensor<f32>
  %r:1 = onnx.Clip(%i0, %i1, %i2) {} : (tensor<3xf32>, tensor<f32>, tensor<f32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080BF000000000000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_concat_1d_axis_0() -> (tensor<*xf32>, tensor<4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %i1 = onnx.Constant {value = dense<"0x0000404000008040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Concat(%i0, %i1) {axis = 0 : i64} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<4xf32>} : () -> tensor<4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4xf32>
}

func.func @test_concat_1d_axis_negative_1() -> (tensor<*xf32>, tensor<4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %i1 = onnx.Constant {value = dense<"0x0000404000008040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.Concat(%i0, %i1) {axis = -1 : i64} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<4xf32>} : () -> tensor<4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4xf32>
}

func.func @test_identity() -> (tensor<*xf32>, tensor<1x1x2x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<1x1x2x2xf32>} : () -> tensor<1x1x2x2xf32>
  %r:1 = onnx.Identity(%i0) {} : (tensor<1x1x2x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<1x1x2x2xf32>} : () -> tensor<1x1x2x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x2x2xf32>
}

func.func @test_shape_example() -> (tensor<*xi64>, tensor<2xi64>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C040"> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %r:1 = onnx.Shape(%i0) {} : (tensor<2x3xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[2, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<2xi64>
}

func.func @test_bitshift_left_int16() -> (tensor<*xi16>, tensor<3xi16>) {
  %i0 = onnx.Constant {value = dense<[16, 4, 1]> : tensor<3xi16>} : () -> tensor<3xi16>
  %i1 = onnx.Constant {value = dense<[1, 2, 3]> : tensor<3xi16>} : () -> tensor<3xi16>
  %r:1 = onnx.BitShift(%i0, %i1) {direction = "LEFT"} : (tensor<3xi16>, tensor<3xi16>) -> (tensor<*xi16>)
  %e0 = onnx.Constant {value = dense<[32, 16, 8]> : tensor<3xi16>} : () -> tensor<3xi16>
  return %r#0, %e0 : tensor<*xi16>, tensor<3xi16>
}

func.func @test_bitshift_left_int32() -> (tensor<*xi32>, tensor<3xi32>) {
  %i0 = onnx.Constant {value = dense<[16, 4, 1]> : tensor<3xi32>} : () -> tensor<3xi32>
  %i1 = onnx.Constant {value = dense<[1, 2, 3]> : tensor<3xi32>} : () -> tensor<3xi32>
  %r:1 = onnx.BitShift(%i0, %i1) {direction = "LEFT"} : (tensor<3xi32>, tensor<3xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[32, 16, 8]> : tensor<3xi32>} : () -> tensor<3xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3xi32>
}

func.func @test_bitshift_left_int32_negative_shift() -> (tensor<*xi32>, tensor<3xi32>) {
  %i0 = onnx.Constant {value = dense<[-8, 4, -1]> : tensor<3xi32>} : () -> tensor<3xi32>
  %i1 = onnx.Constant {value = dense<[-1, -32, -64]> : tensor<3xi32>} : () -> tensor<3xi32>
  %r:1 = onnx.BitShift(%i0, %i1) {direction = "LEFT"} : (tensor<3xi32>, tensor<3xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[0, 0, 0]> : tensor<3xi32>} : () -> tensor<3xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3xi32>
}

func.func @test_max_float16() -> (tensor<*xf16>, tensor<3xf16>) {
  %i0 = onnx.Constant {value = dense<"0x00420040003C"> : tensor<3xf16>} : () -> tensor<3xf16>
  %i1 = onnx.Constant {value = dense<"0x003C00440044"> : tensor<3xf16>} : () -> tensor<3xf16>
  %r:1 = onnx.Max(%i0, %i1) {} : (tensor<3xf16>, tensor<3xf16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0x004200440044"> : tensor<3xf16>} : () -> tensor<3xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<3xf16>
}

func.func @test_max_float32() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000804000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Max(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000040400000804000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_mean_two_inputs() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000404000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Mean(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000400000C03F00004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_min_float16() -> (tensor<*xf16>, tensor<3xf16>) {
  %i0 = onnx.Constant {value = dense<"0x00420040003C"> : tensor<3xf16>} : () -> tensor<3xf16>
  %i1 = onnx.Constant {value = dense<"0x003C00440044"> : tensor<3xf16>} : () -> tensor<3xf16>
  %r:1 = onnx.Min(%i0, %i1) {} : (tensor<3xf16>, tensor<3xf16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0x003C0040003C"> : tensor<3xf16>} : () -> tensor<3xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<3xf16>
}

func.func @test_min_float32() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000804000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Min(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_mod_uint16() -> (tensor<*xui16>, tensor<3xui16>) {
  %i0 = onnx.Constant {value = dense<[4, 7, 5]> : tensor<3xui16>} : () -> tensor<3xui16>
  %i1 = onnx.Constant {value = dense<[2, 3, 8]> : tensor<3xui16>} : () -> tensor<3xui16>
  %r:1 = onnx.Mod(%i0, %i1) {} : (tensor<3xui16>, tensor<3xui16>) -> (tensor<*xui16>)
  %e0 = onnx.Constant {value = dense<[0, 1, 5]> : tensor<3xui16>} : () -> tensor<3xui16>
  return %r#0, %e0 : tensor<*xui16>, tensor<3xui16>
}

func.func @test_mod_uint32() -> (tensor<*xui32>, tensor<3xui32>) {
  %i0 = onnx.Constant {value = dense<[4, 7, 5]> : tensor<3xui32>} : () -> tensor<3xui32>
  %i1 = onnx.Constant {value = dense<[2, 3, 8]> : tensor<3xui32>} : () -> tensor<3xui32>
  %r:1 = onnx.Mod(%i0, %i1) {} : (tensor<3xui32>, tensor<3xui32>) -> (tensor<*xui32>)
  %e0 = onnx.Constant {value = dense<[0, 1, 5]> : tensor<3xui32>} : () -> tensor<3xui32>
  return %r#0, %e0 : tensor<*xui32>, tensor<3xui32>
}

func.func @test_mod_uint64() -> (tensor<*xui64>, tensor<3xui64>) {
  %i0 = onnx.Constant {value = dense<[4, 7, 5]> : tensor<3xui64>} : () -> tensor<3xui64>
  %i1 = onnx.Constant {value = dense<[2, 3, 8]> : tensor<3xui64>} : () -> tensor<3xui64>
  %r:1 = onnx.Mod(%i0, %i1) {} : (tensor<3xui64>, tensor<3xui64>) -> (tensor<*xui64>)
  %e0 = onnx.Constant {value = dense<[0, 1, 5]> : tensor<3xui64>} : () -> tensor<3xui64>
  return %r#0, %e0 : tensor<*xui64>, tensor<3xui64>
}

func.func @test_mul_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x000080400000A0400000C040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Mul(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080400000204100009041"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_pow_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x000080400000A0400000C040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Pow(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004200403644"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_pow_types_float32_int32() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<[4, 5, 6]> : tensor<3xi32>} : () -> tensor<3xi32>
  %r:1 = onnx.Pow(%i0, %i1) {} : (tensor<3xf32>, tensor<3xi32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004200403644"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_reduce_l1_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceL1(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000000000000000000000000000000000000000000000000000000000000000"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_l2_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceL2(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000000000000000000000000000000000000000000000000000000000000000"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_log_sum_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceLogSum(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080FF000080FF000080FF000080FF000080FF000080FF000080FF000080FF"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_log_sum_exp_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceLogSumExp(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080FF000080FF000080FF000080FF000080FF000080FF000080FF000080FF"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_max_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMax(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080FF000080FF000080FF000080FF000080FF000080FF000080FF000080FF"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_max_empty_set_bool() -> (tensor<*xi1>, tensor<2x1x4xi1>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xi1>} : () -> tensor<2x0x4xi1>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMax(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xi1>, tensor<1xi64>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false]], [[false, false, false, false]]]> : tensor<2x1x4xi1>} : () -> tensor<2x1x4xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<2x1x4xi1>
}

func.func @test_reduce_min_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMin(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000807F0000807F0000807F0000807F0000807F0000807F0000807F0000807F"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_prod_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceProd(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_sum_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceSum(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000000000000000000000000000000000000000000000000000000000000000"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_reduce_sum_square_empty_set() -> (tensor<*xf32>, tensor<2x1x4xf32>) {
  %i0 = onnx.Constant {value = dense<> : tensor<2x0x4xf32>} : () -> tensor<2x0x4xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceSumSquare(%i0, %i1) {keepdims = 1 : i64} : (tensor<2x0x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000000000000000000000000000000000000000000000000000000000000000"> : tensor<2x1x4xf32>} : () -> tensor<2x1x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4xf32>
}

func.func @test_sub_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x00004040000000400000803F"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sub(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000C00000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_sum_two_inputs() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000404000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sum(%i0, %i1) {} : (tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00008040000040400000C040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_celu_bfloat16() -> (tensor<*xbf16>, tensor<5xbf16>) {
  %i0 = onnx.Constant {value = dense<"0x40C000BF0000003F4040"> : tensor<5xbf16>} : () -> tensor<5xbf16>
  %r:1 = onnx.Celu(%i0) {alpha = 0x40000000 : f32} : (tensor<5xbf16>) -> (tensor<*xbf16>)
  %e0 = onnx.Constant {value = dense<"0xC7BFE3BE0000003F4040"> : tensor<5xbf16>} : () -> tensor<5xbf16>
  return %r#0, %e0 : tensor<*xbf16>, tensor<5xbf16>
}

func.func @test_celu_float16() -> (tensor<*xf16>, tensor<5xf16>) {
  %i0 = onnx.Constant {value = dense<"0x00C200B8000000380042"> : tensor<5xf16>} : () -> tensor<5xf16>
  %r:1 = onnx.Celu(%i0) {alpha = 0x40000000 : f32} : (tensor<5xf16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0x37BE14B7000000380042"> : tensor<5xf16>} : () -> tensor<5xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<5xf16>
}

func.func @test_gathernd_example_int32() -> (tensor<*xi32>, tensor<2xi32>) {
  %i0 = onnx.Constant {value = dense<[[0, 1], [2, 3]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  %i1 = onnx.Constant {value = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %r:1 = onnx.GatherND(%i0, %i1) {} : (tensor<2x2xi32>, tensor<2x2xi64>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[0, 3]> : tensor<2xi32>} : () -> tensor<2xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<2xi32>
}

func.func @test_thresholdedrelu_example() -> (tensor<*xf32>, tensor<5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000C0BF000000009A99993F00000040CDCC0C40"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.ThresholdedRelu(%i0) {alpha = 0x40000000 : f32} : (tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00000000000000000000000000000000CDCC0C40"> : tensor<5xf32>} : () -> tensor<5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<5xf32>
}

func.func @test_cumsum_1d() -> (tensor<*xf64>, tensor<5xf64>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000F03F0000000000000040000000000000084000000000000010400000000000001440"> : tensor<5xf64>} : () -> tensor<5xf64>
  %i1 = onnx.Constant {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %r:1 = onnx.CumSum(%i0, %i1) {} : (tensor<5xf64>, tensor<i32>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x000000000000F03F0000000000000840000000000000184000000000000024400000000000002E40"> : tensor<5xf64>} : () -> tensor<5xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<5xf64>
}

func.func @test_cumsum_1d_exclusive() -> (tensor<*xf64>, tensor<5xf64>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000F03F0000000000000040000000000000084000000000000010400000000000001440"> : tensor<5xf64>} : () -> tensor<5xf64>
  %i1 = onnx.Constant {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %r:1 = onnx.CumSum(%i0, %i1) {exclusive = 1 : i64} : (tensor<5xf64>, tensor<i32>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x0000000000000000000000000000F03F000000000000084000000000000018400000000000002440"> : tensor<5xf64>} : () -> tensor<5xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<5xf64>
}

func.func @test_cumsum_1d_int32_exclusive() -> (tensor<*xi32>, tensor<5xi32>) {
  %i0 = onnx.Constant {value = dense<[1, 2, 3, 4, 5]> : tensor<5xi32>} : () -> tensor<5xi32>
  %i1 = onnx.Constant {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %r:1 = onnx.CumSum(%i0, %i1) {exclusive = 1 : i64} : (tensor<5xi32>, tensor<i32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[0, 1, 3, 6, 10]> : tensor<5xi32>} : () -> tensor<5xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<5xi32>
}

func.func @test_einsum_inner_prod() -> (tensor<*xf64>, tensor<f64>) {
  %i0 = onnx.Constant {value = dense<"0xA5CFE5F38E39FC3F5389CCFA2C9CD93FABC92252D251EF3F4E31E36959ED0140DA3DB17C84E1FD3F"> : tensor<5xf64>} : () -> tensor<5xf64>
  %i1 = onnx.Constant {value = dense<"0x828CA542DC45EFBFE99532D31F67EE3F3684D349AC5FC3BF59B4C8F88C6CBABF662967F03E47DA3F"> : tensor<5xf64>} : () -> tensor<5xf64>
  %r:1 = onnx.Einsum(%i0, %i1) {equation = "i,i"} : (tensor<5xf64>, tensor<5xf64>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x8450523CE89AEEBF"> : tensor<f64>} : () -> tensor<f64>
  return %r#0, %e0 : tensor<*xf64>, tensor<f64>
}

func.func @test_top_k_same_values() -> (tensor<*xi64>, tensor<3xi64>, tensor<*xi64>, tensor<3xi64>) {
  %i0 = onnx.Constant {value = dense<[0, 0, 0, 0]> : tensor<4xi64>} : () -> tensor<4xi64>
  %i1 = onnx.Constant {value = dense<[3]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:2 = onnx.TopK(%i0, %i1) {axis = 0 : i64} : (tensor<4xi64>, tensor<1xi64>) -> (tensor<*xi64>, tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[0, 0, 0]> : tensor<3xi64>} : () -> tensor<3xi64>
  %e1 = onnx.Constant {value = dense<[0, 1, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  return %r#0, %e0, %r#1, %e1 : tensor<*xi64>, tensor<3xi64>, tensor<*xi64>, tensor<3xi64>
}

func.func @test_top_k_same_values_largest() -> (tensor<*xi64>, tensor<3xi64>, tensor<*xi64>, tensor<3xi64>) {
  %i0 = onnx.Constant {value = dense<[0, 0, 0, 0]> : tensor<4xi64>} : () -> tensor<4xi64>
  %i1 = onnx.Constant {value = dense<[3]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:2 = onnx.TopK(%i0, %i1) {axis = 0 : i64} : (tensor<4xi64>, tensor<1xi64>) -> (tensor<*xi64>, tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[0, 0, 0]> : tensor<3xi64>} : () -> tensor<3xi64>
  %e1 = onnx.Constant {value = dense<[0, 1, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  return %r#0, %e0, %r#1, %e1 : tensor<*xi64>, tensor<3xi64>, tensor<*xi64>, tensor<3xi64>
}

func.func @test_div_int32_trunc() -> (tensor<*xi32>, tensor<4xi32>) {
  %i0 = onnx.Constant {value = dense<[-3, 3, -3, 3]> : tensor<4xi32>} : () -> tensor<4xi32>
  %i1 = onnx.Constant {value = dense<[2, 2, -2, -2]> : tensor<4xi32>} : () -> tensor<4xi32>
  %r:1 = onnx.Div(%i0, %i1) {} : (tensor<4xi32>, tensor<4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[-1, 1, 1, -1]> : tensor<4xi32>} : () -> tensor<4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<4xi32>
}

func.func @test_gather_elements_0() -> (tensor<*xf32>, tensor<2x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i1 = onnx.Constant {value = dense<[[0, 0], [1, 0]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %r:1 = onnx.GatherElements(%i0, %i1) {axis = 1 : i64} : (tensor<2x2xf32>, tensor<2x2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000804000004040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x2xf32>
}

func.func @test_isinf() -> (tensor<*xi1>, tensor<6xi1>) {
  %i0 = onnx.Constant {value = dense<"0x9A9999BF0000C07F0000807F33333340000080FF0000807F"> : tensor<6xf32>} : () -> tensor<6xf32>
  %r:1 = onnx.IsInf(%i0) {} : (tensor<6xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[false, false, true, false, true, true]> : tensor<6xi1>} : () -> tensor<6xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<6xi1>
}

func.func @test_isinf_float16() -> (tensor<*xi1>, tensor<6xi1>) {
  %i0 = onnx.Constant {value = dense<"0xCDBC007E007C9A4100FC007C"> : tensor<6xf16>} : () -> tensor<6xf16>
  %r:1 = onnx.IsInf(%i0) {} : (tensor<6xf16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[false, false, true, false, true, true]> : tensor<6xi1>} : () -> tensor<6xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<6xi1>
}

func.func @test_isinf_negative() -> (tensor<*xi1>, tensor<6xi1>) {
  %i0 = onnx.Constant {value = dense<"0x9A99D9BF0000C07F0000807F666666C0000080FF0000807F"> : tensor<6xf32>} : () -> tensor<6xf32>
  %r:1 = onnx.IsInf(%i0) {detect_positive = 0 : i64} : (tensor<6xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[false, false, false, false, true, false]> : tensor<6xi1>} : () -> tensor<6xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<6xi1>
}

func.func @test_isnan() -> (tensor<*xi1>, tensor<6xi1>) {
  %i0 = onnx.Constant {value = dense<"0x9A9999BF0000C07F0000807F33333340000080FF0000807F"> : tensor<6xf32>} : () -> tensor<6xf32>
  %r:1 = onnx.IsNaN(%i0) {} : (tensor<6xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[false, true, false, false, false, false]> : tensor<6xi1>} : () -> tensor<6xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<6xi1>
}

func.func @test_isnan_float16() -> (tensor<*xi1>, tensor<6xi1>) {
  %i0 = onnx.Constant {value = dense<"0xCDBC007E007C9A4100FC007C"> : tensor<6xf16>} : () -> tensor<6xf16>
  %r:1 = onnx.IsNaN(%i0) {} : (tensor<6xf16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[false, true, false, false, false, false]> : tensor<6xi1>} : () -> tensor<6xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<6xi1>
}

func.func @test_mean_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000404000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i2 = onnx.Constant {value = dense<"0x000000400000C0400000C040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Mean(%i0, %i1, %i2) {} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000400000404000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_split_equal_parts_1d_opset18() -> (tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C040"> : tensor<6xf32>} : () -> tensor<6xf32>
  %no = onnx.None : none
  %r:3 = onnx.Split(%i0, %no) {axis = 0 : i64, num_outputs = 3 : i64} : (tensor<6xf32>, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %e1 = onnx.Constant {value = dense<"0x0000404000008040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %e2 = onnx.Constant {value = dense<"0x0000A0400000C040"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>
}

func.func @test_split_equal_parts_default_axis_opset18() -> (tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C040"> : tensor<6xf32>} : () -> tensor<6xf32>
  %no = onnx.None : none
  %r:3 = onnx.Split(%i0, %no) {num_outputs = 3 : i64} : (tensor<6xf32>, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F00000040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %e1 = onnx.Constant {value = dense<"0x0000404000008040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %e2 = onnx.Constant {value = dense<"0x0000A0400000C040"> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>, tensor<*xf32>, tensor<2xf32>
}

func.func @test_sum_example() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000040400000000000000040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i1 = onnx.Constant {value = dense<"0x0000803F0000404000008040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %i2 = onnx.Constant {value = dense<"0x000000400000C0400000C040"> : tensor<3xf32>} : () -> tensor<3xf32>
  %r:1 = onnx.Sum(%i0, %i1, %i2) {} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000C0400000104100004041"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_onehot_with_bfloat16_values() -> (tensor<*xbf16>, tensor<2x4xbf16>) {
  %i0 = onnx.Constant {value = dense<[0, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %i1 = onnx.Constant {value = dense<"0x00008040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x803F4040"> : tensor<2xbf16>} : () -> tensor<2xbf16>
  %r:1 = onnx.OneHot(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<2xi64>, tensor<f32>, tensor<2xbf16>) -> (tensor<*xbf16>)
  %e0 = onnx.Constant {value = dense<"0x4040803F803F803F803F803F4040803F"> : tensor<2x4xbf16>} : () -> tensor<2x4xbf16>
  return %r#0, %e0 : tensor<*xbf16>, tensor<2x4xbf16>
}

func.func @test_reduce_l1_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceL1(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00009C42"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_l1_default_axes_keepdims_random() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6EC793FA0B889408189034049CD653F9771C3BF95BE3A40D8C69FBF17BCFA40415F1441E23115C03BB4BA4026F1133F"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceL1(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xFE1C1F42"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_l2_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceL2(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xF6F5CB41"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_l2_default_axes_keepdims_random() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6EC793FA0B889408189034049CD653F9771C3BF95BE3A40D8C69FBF17BCFA40415F1441E23115C03BB4BA4026F1133F"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceL2(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xE8856F41"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_log_sum_exp_default_axes_keepdims_example() -> (tensor<*xf64>, tensor<1x1x1xf64>) {
  %i0 = onnx.Constant {value = dense<"0x0000000000001440000000000000F03F000000000000344000000000000000400000000000003E40000000000000F03F000000000000444000000000000000400000000000804B40000000000000F03F0000000000004E400000000000000040"> : tensor<3x2x2xf64>} : () -> tensor<3x2x2xf64>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceLogSumExp(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf64>, tensor<0xi64>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0xC677710CDC004E40"> : tensor<1x1x1xf64>} : () -> tensor<1x1x1xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<1x1x1xf64>
}

func.func @test_reduce_log_sum_exp_default_axes_keepdims_random() -> (tensor<*xf64>, tensor<1x1x1xf64>) {
  %i0 = onnx.Constant {value = dense<"0x20756DBF9A3DEF3F005271061437114078AE28193071004020B7C723A9B9EC3F30B50EE7326EF8BFC808B0A7D2570740E83E190CDBF8F3BF682F91D482571F4004005D1BE88B2240C85A72423CA602C0E4261F5E87561740A0EE65C6247EE23F"> : tensor<3x2x2xf64>} : () -> tensor<3x2x2xf64>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceLogSumExp(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf64>, tensor<0xi64>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0xFBFCDC682B0A2340"> : tensor<1x1x1xf64>} : () -> tensor<1x1x1xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<1x1x1xf64>
}

func.func @test_reduce_max_bool_inputs() -> (tensor<*xi1>, tensor<4x1xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true], [true, false], [false, true], [false, false]]> : tensor<4x2xi1>} : () -> tensor<4x2xi1>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMax(%i0, %i1) {keepdims = 1 : i64} : (tensor<4x2xi1>, tensor<1xi64>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[true], [true], [true], [false]]> : tensor<4x1xi1>} : () -> tensor<4x1xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<4x1xi1>
}

func.func @test_reduce_mean_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000A0400000803F0000A041000000400000F0410000803F000020420000004000005C420000803F0000704200000040"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceMean(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00009241"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_mean_default_axes_keepdims_random() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6EC793FA0B889408189034049CD653F9771C3BF95BE3A40D8C69FBF17BCFA40415F1441E23115C03BB4BA4026F1133F"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceMean(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xF9AE1D40"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_min_bool_inputs() -> (tensor<*xi1>, tensor<4x1xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true], [true, false], [false, true], [false, false]]> : tensor<4x2xi1>} : () -> tensor<4x2xi1>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMin(%i0, %i1) {keepdims = 1 : i64} : (tensor<4x2xi1>, tensor<1xi64>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[true], [false], [false], [false]]> : tensor<4x1xi1>} : () -> tensor<4x1xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<4x1xi1>
}

func.func @test_reduce_prod_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %no = onnx.None : none
  %r:1 = onnx.ReduceProd(%i0, %no) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, none) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xE067E44D"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_prod_default_axes_keepdims_random() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6EC793FA0B889408189034049CD653F9771C3BF95BE3A40D8C69FBF17BCFA40415F1441E23115C03BB4BA4026F1133F"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %no = onnx.None : none
  %r:1 = onnx.ReduceProd(%i0, %no) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, none) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xAD5AC0C6"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_sum_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceSum(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00009C42"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_sum_square_default_axes_keepdims_example() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceSumSquare(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00802244"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_reduce_sum_square_default_axes_keepdims_random() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6EC793FA0B889408189034049CD653F9771C3BF95BE3A40D8C69FBF17BCFA40415F1441E23115C03BB4BA4026F1133F"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceSumSquare(%i0, %i1) {keepdims = 1 : i64} : (tensor<3x2x2xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x4E1B6043"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_dynamicquantizelinear() -> (tensor<*xui8>, tensor<6xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>) {
  %i0 = onnx.Constant {value = dense<"0x0000000000000040000040C0000020C01F85AB3F0000003F"> : tensor<6xf32>} : () -> tensor<6xf32>
  %r:3 = onnx.DynamicQuantizeLinear(%i0) {} : (tensor<6xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %e0 = onnx.Constant {value = dense<[153, 255, 0, 26, 221, 179]> : tensor<6xui8>} : () -> tensor<6xui8>
  %e1 = onnx.Constant {value = dense<"0xA1A0A03C"> : tensor<f32>} : () -> tensor<f32>
  %e2 = onnx.Constant {value = dense<153> : tensor<ui8>} : () -> tensor<ui8>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xui8>, tensor<6xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>
}

func.func @test_dynamicquantizelinear_max_adjusted() -> (tensor<*xui8>, tensor<6xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>) {
  %i0 = onnx.Constant {value = dense<"0x000080BF666606C06666A6BF000020C08FC255C0000080C0"> : tensor<6xf32>} : () -> tensor<6xf32>
  %r:3 = onnx.DynamicQuantizeLinear(%i0) {} : (tensor<6xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %e0 = onnx.Constant {value = dense<[191, 121, 172, 96, 42, 0]> : tensor<6xui8>} : () -> tensor<6xui8>
  %e1 = onnx.Constant {value = dense<"0x8180803C"> : tensor<f32>} : () -> tensor<f32>
  %e2 = onnx.Constant {value = dense<255> : tensor<ui8>} : () -> tensor<ui8>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xui8>, tensor<6xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>
}

func.func @test_gathernd_example_int32_batch_dim1() -> (tensor<*xi32>, tensor<2x2xi32>) {
  %i0 = onnx.Constant {value = dense<[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]> : tensor<2x2x2xi32>} : () -> tensor<2x2x2xi32>
  %i1 = onnx.Constant {value = dense<[[1], [0]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %r:1 = onnx.GatherND(%i0, %i1) {batch_dims = 1 : i64} : (tensor<2x2x2xi32>, tensor<2x1xi64>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[2, 3], [4, 5]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<2x2xi32>
}

func.func @test_matmul_1d_3d() -> (tensor<*xf32>, tensor<2x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x40595B3F9DA926BF126284BFFA7C2E3F"> : tensor<4xf32>} : () -> tensor<4xf32>
  %i1 = onnx.Constant {value = dense<"0x41AC4DBF568630BF8E3BE9BE74308F3CB13EB5BE67FEAFBF2DC424BF3D4C0EC0"> : tensor<2x4x1xf32>} : () -> tensor<2x4x1xf32>
  %r:1 = onnx.MatMul(%i0, %i1) {} : (tensor<4xf32>, tensor<2x4x1xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x576B793EC01684BE"> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1xf32>
}

func.func @test_quantizelinear() -> (tensor<*xui8>, tensor<6xui8>) {
  %i0 = onnx.Constant {value = dense<"0x00000000000000400000404000007A4400007EC300007AC4"> : tensor<6xf32>} : () -> tensor<6xf32>
  %i1 = onnx.Constant {value = dense<"0x00000040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  %r:1 = onnx.QuantizeLinear(%i0, %i1, %i2) {} : (tensor<6xf32>, tensor<f32>, tensor<ui8>) -> (tensor<*xui8>)
  %e0 = onnx.Constant {value = dense<[128, 129, 130, 255, 1, 0]> : tensor<6xui8>} : () -> tensor<6xui8>
  return %r#0, %e0 : tensor<*xui8>, tensor<6xui8>
}

func.func @test_scatter_elements_with_axis() -> (tensor<*xf32>, tensor<1x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  %i1 = onnx.Constant {value = dense<[[1, 3]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  %i2 = onnx.Constant {value = dense<"0xCDCC8C3F66660640"> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %r:1 = onnx.ScatterElements(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803FCDCC8C3F00004040666606400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x5xf32>
}

func.func @test_scatter_elements_with_duplicate_indices() -> (tensor<*xf32>, tensor<1x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  %i1 = onnx.Constant {value = dense<[[1, 1]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  %i2 = onnx.Constant {value = dense<"0xCDCC8C3F66660640"> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %r:1 = onnx.ScatterElements(%i0, %i1, %i2) {axis = 1 : i64, reduction = "add"} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F6666A64000004040000080400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x5xf32>
}

func.func @test_scatter_elements_with_negative_indices() -> (tensor<*xf32>, tensor<1x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  %i1 = onnx.Constant {value = dense<[[1, -3]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  %i2 = onnx.Constant {value = dense<"0xCDCC8C3F66660640"> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %r:1 = onnx.ScatterElements(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803FCDCC8C3F66660640000080400000A040"> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x5xf32>
}

func.func @test_scatternd_max_with_element_indices() -> (tensor<*xf32>, tensor<2x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i1 = onnx.Constant {value = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %i2 = onnx.Constant {value = dense<"0x0000A0400000803F"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.ScatterND(%i0, %i1, %i2) {reduction = "max"} : (tensor<2x2xf32>, tensor<2x2xi64>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000A040000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x2xf32>
}

func.func @test_scatternd_min_with_element_indices() -> (tensor<*xf32>, tensor<2x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i1 = onnx.Constant {value = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %i2 = onnx.Constant {value = dense<"0x0000A0400000803F"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.ScatterND(%i0, %i1, %i2) {reduction = "min"} : (tensor<2x2xf32>, tensor<2x2xi64>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F00000040000040400000803F"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x2xf32>
}

func.func @test_einsum_sum() -> (tensor<*xf64>, tensor<3xf64>) {
  %i0 = onnx.Constant {value = dense<"0xA5CFE5F38E39FC3F5389CCFA2C9CD93FABC92252D251EF3F4E31E36959ED0140DA3DB17C84E1FD3F828CA542DC45EFBFE99532D31F67EE3F3684D349AC5FC3BF59B4C8F88C6CBABF662967F03E47DA3FEDE1AA0D0570C23FF785FD4BB444F73F"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  %r:1 = onnx.Einsum(%i0) {equation = "ij->i"} : (tensor<3x4xf64>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x5A2EDC8B0D8915400652BDBB3006FB3F482140DABB7DFE3F"> : tensor<3xf64>} : () -> tensor<3xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<3xf64>
}

func.func @test_concat_2d_axis_0() -> (tensor<*xf32>, tensor<4x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i1 = onnx.Constant {value = dense<"0x0000A0400000C0400000E04000000041"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.Concat(%i0, %i1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E04000000041"> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4x2xf32>
}

func.func @test_gather_negative_indices() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041"> : tensor<10xf32>} : () -> tensor<10xf32>
  %i1 = onnx.Constant {value = dense<[0, -9, -10]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.Gather(%i0, %i1) {axis = 0 : i64} : (tensor<10xf32>, tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000000000803F00000000"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_gathernd_example_float32() -> (tensor<*xf32>, tensor<2x1x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E040"> : tensor<2x2x2xf32>} : () -> tensor<2x2x2xf32>
  %i1 = onnx.Constant {value = dense<[[[0, 1]], [[1, 0]]]> : tensor<2x1x2xi64>} : () -> tensor<2x1x2xi64>
  %r:1 = onnx.GatherND(%i0, %i1) {} : (tensor<2x2x2xf32>, tensor<2x1x2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000004000004040000080400000A040"> : tensor<2x1x2xf32>} : () -> tensor<2x1x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x2xf32>
}

func.func @test_logsoftmax_large_number() -> (tensor<*xf32>, tensor<2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F000000400000404000401C4600441C4600481C46004C1C46"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %r:1 = onnx.LogSoftmax(%i0) {} : (tensor<2x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x112C5CC0112C1CC02258B8BF8A60E1BE112C5CC0112C1CC02258B8BF8A60E1BE"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4xf32>
}

func.func @test_softmax_large_number() -> (tensor<*xf32>, tensor<2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F000000400000404000401C4600441C4600481C46004C1C46"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %r:1 = onnx.Softmax(%i0) {} : (tensor<2x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xE24F033DB978B23D6891723E91D7243FE24F033DB978B23D6891723E91D7243F"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4xf32>
}

func.func @test_where_example() -> (tensor<*xf32>, tensor<2x2xf32>) {
  %i0 = onnx.Constant {value = dense<[[true, false], [true, true]]> : tensor<2x2xi1>} : () -> tensor<2x2xi1>
  %i1 = onnx.Constant {value = dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i2 = onnx.Constant {value = dense<"0x00001041000000410000E0400000C040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %r:1 = onnx.Where(%i0, %i1, %i2) {} : (tensor<2x2xi1>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F000000410000404000008040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x2xf32>
}

func.func @test_where_long_example() -> (tensor<*xi64>, tensor<2x2xi64>) {
  %i0 = onnx.Constant {value = dense<[[true, false], [true, true]]> : tensor<2x2xi1>} : () -> tensor<2x2xi1>
  %i1 = onnx.Constant {value = dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %i2 = onnx.Constant {value = dense<[[9, 8], [7, 6]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  %r:1 = onnx.Where(%i0, %i1, %i2) {} : (tensor<2x2xi1>, tensor<2x2xi64>, tensor<2x2xi64>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[1, 8], [3, 4]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<2x2xi64>
}

func.func @test_expand_dim_unchanged() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %i1 = onnx.Constant {value = dense<[3, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.Expand(%i0, %i1) {} : (tensor<3x1xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000803F0000803F0000004000000040000000400000004000004040000040400000404000004040"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_gather_2d_indices() -> (tensor<*xf32>, tensor<3x1x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BD"> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %i1 = onnx.Constant {value = dense<[[0, 2]]> : tensor<1x2xi64>} : () -> tensor<1x2xi64>
  %r:1 = onnx.Gather(%i0, %i1) {axis = 1 : i64} : (tensor<3x3xf32>, tensor<1x2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F938E7A3FCB6A0F40E22E7ABFFF38733F6864D3BD"> : tensor<3x1x2xf32>} : () -> tensor<3x1x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x1x2xf32>
}

func.func @test_reduce_mean_do_not_keepdims_example() -> (tensor<*xf32>, tensor<3x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000A0400000803F0000A041000000400000F0410000803F000020420000004000005C420000803F0000704200000040"> : tensor<3x2x2xf32>} : () -> tensor<3x2x2xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.ReduceMean(%i0, %i1) {keepdims = 0 : i64} : (tensor<3x2x2xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000048410000C03F00000C420000C03F000066420000C03F"> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x2xf32>
}

func.func @test_gather_elements_1() -> (tensor<*xf32>, tensor<2x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041"> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %i1 = onnx.Constant {value = dense<[[1, 2, 0], [2, 0, 0]]> : tensor<2x3xi64>} : () -> tensor<2x3xi64>
  %r:1 = onnx.GatherElements(%i0, %i1) {axis = 0 : i64} : (tensor<3x3xf32>, tensor<2x3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000804000000041000040400000E0400000004000004040"> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x3xf32>
}

func.func @test_gather_elements_negative_indices() -> (tensor<*xf32>, tensor<2x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E0400000004100001041"> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %i1 = onnx.Constant {value = dense<[[-1, -2, 0], [-2, 0, 0]]> : tensor<2x3xi64>} : () -> tensor<2x3xi64>
  %r:1 = onnx.GatherElements(%i0, %i1) {axis = 0 : i64} : (tensor<3x3xf32>, tensor<2x3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000E0400000A04000004040000080400000004000004040"> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x3xf32>
}

func.func @test_onehot_out_of_range_indices() -> (tensor<*xf32>, tensor<3x5xf32>) {
  %i0 = onnx.Constant {value = dense<[5, -6, -1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %i1 = onnx.Constant {value = dense<"0x0000A040"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x0000803F00004040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.OneHot(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F00004040"> : tensor<3x5xf32>} : () -> tensor<3x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x5xf32>
}

func.func @test_sign() -> (tensor<*xf32>, tensor<11xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000A0C0000080C0000040C0000000C0000080BF000000000000803F0000004000004040000080400000A040"> : tensor<11xf32>} : () -> tensor<11xf32>
  %r:1 = onnx.Sign(%i0) {} : (tensor<11xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000080BF000080BF000080BF000080BF000080BF000000000000803F0000803F0000803F0000803F0000803F"> : tensor<11xf32>} : () -> tensor<11xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<11xf32>
}

func.func @test_tile_precomputed() -> (tensor<*xf32>, tensor<4x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F0000004000004040"> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %i1 = onnx.Constant {value = dense<[2, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.Tile(%i0, %i1) {} : (tensor<2x2xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000000000803F000000000000803F00000040000040400000004000004040000000000000803F000000000000803F00000040000040400000004000004040"> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4x4xf32>
}

func.func @test_bitwise_not_2d() -> (tensor<*xi32>, tensor<3x4xi32>) {
  %i0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %r:1 = onnx.BitwiseNot(%i0) {} : (tensor<3x4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[356387802, -2135392492, -946286477, -1857819721], [2146992384, 1597193334, 848975156, -2143362694], [1517171888, 1133489215, 1750892399, 444182398]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3x4xi32>
}

func.func @test_eyelike_with_dtype() -> (tensor<*xf64>, tensor<3x4xf64>) {
  %i0 = onnx.Constant {value = dense<[[44, 47, 64, 67], [67, 9, 83, 21], [36, 87, 70, 88]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %r:1 = onnx.EyeLike(%i0) {dtype = 11 : i64} : (tensor<3x4xi32>) -> (tensor<*xf64>)
  %e0 = onnx.Constant {value = dense<"0x000000000000F03F0000000000000000000000000000000000000000000000000000000000000000000000000000F03F0000000000000000000000000000000000000000000000000000000000000000000000000000F03F0000000000000000"> : tensor<3x4xf64>} : () -> tensor<3x4xf64>
  return %r#0, %e0 : tensor<*xf64>, tensor<3x4xf64>
}

func.func @test_not_2d() -> (tensor<*xi1>, tensor<3x4xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %r:1 = onnx.Not(%i0) {} : (tensor<3x4xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[false, false, false, false], [false, true, false, true], [true, false, false, false]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4xi1>
}

func.func @test_swiglu() -> (tensor<*xf32>, tensor<2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000C00000404000008040000080BF00000040000040C00000003F"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %i1 = onnx.Constant {value = dense<"0x0000003F0000803F000080BF0000004000000040000080BF0000003F0000803F"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %r:1 = onnx.SwiGLU(%i0, %i1) {} : (tensor<2x4xf32>, tensor<2x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xA826BB3EAB2074BEECE436C04165FB40B0B209BFEA7BE1BF3AB191BD7F599F3E"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4xf32>
}

func.func @test_swiglu_alpha() -> (tensor<*xf32>, tensor<2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F000000C00000404000008040000080BF00000040000040C00000003F"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %i1 = onnx.Constant {value = dense<"0x0000003F0000803F000080BF0000004000000040000080BF0000003F0000803F"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  %r:1 = onnx.SwiGLU(%i0, %i1) {alpha = 0x3F000000 : f32} : (tensor<2x4xf32>, tensor<2x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x7F599F3EB0B209BF6CF91CC0EA7BE140034D41BFA826BBBF521A8CBECDEA8F3E"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4xf32>
}

func.func @test_swiglu_float16() -> (tensor<*xf16>, tensor<2x4xf16>) {
  %i0 = onnx.Constant {value = dense<"0x003C00C00042004400BC004000C20038"> : tensor<2x4xf16>} : () -> tensor<2x4xf16>
  %i1 = onnx.Constant {value = dense<"0x0038003C00BC0040004000BC0038003C"> : tensor<2x4xf16>} : () -> tensor<2x4xf16>
  %r:1 = onnx.SwiGLU(%i0, %i1) {} : (tensor<2x4xf16>, tensor<2x4xf16>) -> (tensor<*xf16>)
  %e0 = onnx.Constant {value = dense<"0xD935A1B3B7C1DB474EB80CBF8EACFB34"> : tensor<2x4xf16>} : () -> tensor<2x4xf16>
  return %r#0, %e0 : tensor<*xf16>, tensor<2x4xf16>
}

func.func @test_dynamicquantizelinear_min_adjusted() -> (tensor<*xui8>, tensor<3x4xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F666606406666A63F000020408FC25540000080400000C03F666626409A99794000008040000040407B141640"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %r:3 = onnx.DynamicQuantizeLinear(%i0) {} : (tensor<3x4xf32>) -> (tensor<*xui8>, tensor<*xf32>, tensor<*xui8>)
  %e0 = onnx.Constant {value = dense<[[64, 134, 83, 159], [213, 255, 96, 166], [249, 255, 191, 149]]> : tensor<3x4xui8>} : () -> tensor<3x4xui8>
  %e1 = onnx.Constant {value = dense<"0x8180803C"> : tensor<f32>} : () -> tensor<f32>
  %e2 = onnx.Constant {value = dense<0> : tensor<ui8>} : () -> tensor<ui8>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xui8>, tensor<3x4xui8>, tensor<*xf32>, tensor<f32>, tensor<*xui8>, tensor<ui8>
}

func.func @test_constantofshape_float_ones() -> (tensor<*xf32>, tensor<4x3x2xf32>) {
  %i0 = onnx.Constant {value = dense<[4, 3, 2]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.ConstantOfShape(%i0) {value = dense<"0x0000803F"> : tensor<1xf32>} : (tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F"> : tensor<4x3x2xf32>} : () -> tensor<4x3x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4x3x2xf32>
}

func.func @test_gemm_default_scalar_bias() -> (tensor<*xf32>, tensor<2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F"> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %i1 = onnx.Constant {value = dense<"0x6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i2 = onnx.Constant {value = dense<"0xC3F54840"> : tensor<f32>} : () -> tensor<f32>
  %r:1 = onnx.Gemm(%i0, %i1, %i2) {} : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<f32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x234F7F401FED81404ECB82400B7590407B9F70401F007A4094CD7A4054EC8840"> : tensor<2x4xf32>} : () -> tensor<2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4xf32>
}

func.func @test_rms_normalization_2d_axis1() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0x2A7A9D3F95E7993FB34FC6BE6DC79ABE"> : tensor<4xf32>} : () -> tensor<4xf32>
  %r:1 = onnx.RMSNormalization(%i0, %i1) {axis = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xCEA9B63F2BFBA13E0C407FBE3110E4BE8BDCFD3F75D481BFCFA2A2BE48C6213DE4EE2ABE5122263F693296BDD4F013BF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_rms_normalization_2d_axis_negative_1() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0xFC3686BF26C3B5BF1067DABF02B3F93F"> : tensor<4xf32>} : () -> tensor<4xf32>
  %r:1 = onnx.RMSNormalization(%i0, %i1) {axis = -1 : i64} : (tensor<3x4xf32>, tensor<4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x2FAE9BBFFB4CBFBE158E8CBF88F637407B5CD8BF7654993FE71CB3BF117E82BEDCAE113E913444BFE369A5BED5AA6E40"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_round() -> (tensor<*xf32>, tensor<15xf32>) {
  %i0 = onnx.Constant {value = dense<"0xCDCCCC3D0000003F6666663F9A99993F0000C03F6666E63F3333134000002040CDCC2C40CDCC8CBF0000C0BF3333F3BFCDCC0CC0000020C0333333C0"> : tensor<15xf32>} : () -> tensor<15xf32>
  %r:1 = onnx.Round(%i0) {} : (tensor<15xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x00000000000000000000803F0000803F0000004000000040000000400000004000004040000080BF000000C0000000C0000000C0000000C0000040C0"> : tensor<15xf32>} : () -> tensor<15xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<15xf32>
}

func.func @test_tril_one_row_neg() -> (tensor<*xi64>, tensor<3x1x5xi64>) {
  %i0 = onnx.Constant {value = dense<[[[5, 0, 3, 3, 7]], [[9, 3, 5, 2, 4]], [[7, 6, 8, 8, 1]]]> : tensor<3x1x5xi64>} : () -> tensor<3x1x5xi64>
  %no = onnx.None : none
  %r:1 = onnx.Trilu(%i0, %no) {upper = 0 : i64} : (tensor<3x1x5xi64>, none) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[[[5, 0, 0, 0, 0]], [[9, 0, 0, 0, 0]], [[7, 0, 0, 0, 0]]]> : tensor<3x1x5xi64>} : () -> tensor<3x1x5xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<3x1x5xi64>
}

func.func @test_squeeze_negative_axes() -> (tensor<*xf32>, tensor<1x3x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E"> : tensor<1x3x1x5xf32>} : () -> tensor<1x3x1x5xf32>
  %i1 = onnx.Constant {value = dense<[-2]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Squeeze(%i0, %i1) {} : (tensor<1x3x1x5xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E"> : tensor<1x3x5xf32>} : () -> tensor<1x3x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x3x5xf32>
}

func.func @test_top_k() -> (tensor<*xf32>, tensor<3x3xf32>, tensor<*xi64>, tensor<3x3xi64>) {
  %i0 = onnx.Constant {value = dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E04000000041000010410000204100003041"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<[3]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:2 = onnx.TopK(%i0, %i1) {axis = 1 : i64} : (tensor<3x4xf32>, tensor<1xi64>) -> (tensor<*xf32>, tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<"0x00004040000000400000803F0000E0400000C0400000A040000030410000204100001041"> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %e1 = onnx.Constant {value = dense<[[3, 2, 1], [3, 2, 1], [3, 2, 1]]> : tensor<3x3xi64>} : () -> tensor<3x3xi64>
  return %r#0, %e0, %r#1, %e1 : tensor<*xf32>, tensor<3x3xf32>, tensor<*xi64>, tensor<3x3xi64>
}

func.func @test_unsqueeze_negative_axes() -> (tensor<*xf32>, tensor<1x3x1x1x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E"> : tensor<1x3x1x5xf32>} : () -> tensor<1x3x1x5xf32>
  %i1 = onnx.Constant {value = dense<[-2]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Unsqueeze(%i0, %i1) {} : (tensor<1x3x1x5xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E"> : tensor<1x3x1x1x5xf32>} : () -> tensor<1x3x1x1x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x3x1x1x5xf32>
}

func.func @test_eyelike_without_dtype() -> (tensor<*xi32>, tensor<4x4xi32>) {
  %i0 = onnx.Constant {value = dense<[[44, 47, 64, 67], [67, 9, 83, 21], [36, 87, 70, 88], [88, 12, 58, 65]]> : tensor<4x4xi32>} : () -> tensor<4x4xi32>
  %r:1 = onnx.EyeLike(%i0) {} : (tensor<4x4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]> : tensor<4x4xi32>} : () -> tensor<4x4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<4x4xi32>
}

func.func @test_matmul_2d() -> (tensor<*xf32>, tensor<3x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0x5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBF"> : tensor<4x3xf32>} : () -> tensor<4x3xf32>
  %r:1 = onnx.MatMul(%i0, %i1) {} : (tensor<3x4xf32>, tensor<4x3xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x07D14F407EF3F43FAF7F5DC00398A53F7C360BC07753A4BF5DEC863FB714DE3F97DEC9BF"> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x3xf32>
}

func.func @test_and2d() -> (tensor<*xi1>, tensor<3x4xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %i1 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, false]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %r:1 = onnx.And(%i0, %i1) {} : (tensor<3x4xi1>, tensor<3x4xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, false]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4xi1>
}

func.func @test_bitwise_and_i32_2d() -> (tensor<*xi32>, tensor<3x4xi32>) {
  %i0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %i1 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %r:1 = onnx.BitwiseAnd(%i0, %i1) {} : (tensor<3x4xi32>, tensor<3x4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3x4xi32>
}

func.func @test_bitwise_or_i32_2d() -> (tensor<*xi32>, tensor<3x4xi32>) {
  %i0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %i1 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %r:1 = onnx.BitwiseOr(%i0, %i1) {} : (tensor<3x4xi32>, tensor<3x4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3x4xi32>
}

func.func @test_bitwise_xor_i32_2d() -> (tensor<*xi32>, tensor<3x4xi32>) {
  %i0 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %i1 = onnx.Constant {value = dense<[[-356387803, 2135392491, 946286476, 1857819720], [-2146992385, -1597193335, -848975157, 2143362693], [-1517171889, -1133489216, -1750892400, -444182399]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  %r:1 = onnx.BitwiseXor(%i0, %i1) {} : (tensor<3x4xi32>, tensor<3x4xi32>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]> : tensor<3x4xi32>} : () -> tensor<3x4xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<3x4xi32>
}

func.func @test_onehot_negative_indices() -> (tensor<*xf32>, tensor<3x10xf32>) {
  %i0 = onnx.Constant {value = dense<[0, -7, -8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %i1 = onnx.Constant {value = dense<"0x00002041"> : tensor<f32>} : () -> tensor<f32>
  %i2 = onnx.Constant {value = dense<"0x0000803F00004040"> : tensor<2xf32>} : () -> tensor<2xf32>
  %r:1 = onnx.OneHot(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<2xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000040400000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F000040400000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F000040400000803F0000803F0000803F0000803F0000803F0000803F0000803F"> : tensor<3x10xf32>} : () -> tensor<3x10xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x10xf32>
}

func.func @test_or2d() -> (tensor<*xi1>, tensor<3x4xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %i1 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, false]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %r:1 = onnx.Or(%i0, %i1) {} : (tensor<3x4xi1>, tensor<3x4xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4xi1>
}

func.func @test_rms_normalization_2d_axis0() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0x5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %r:1 = onnx.RMSNormalization(%i0, %i1) {axis = 0 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x08A7903F6AE0273DCE3BBB3ED321213FBA52164011D32C3EDF31803EE9DCDE3D8825633E9155673E72A9D63D2E9668BF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_xor2d() -> (tensor<*xi1>, tensor<3x4xi1>) {
  %i0 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %i1 = onnx.Constant {value = dense<[[true, true, true, true], [true, false, true, false], [false, true, true, false]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  %r:1 = onnx.Xor(%i0, %i1) {} : (tensor<3x4xi1>, tensor<3x4xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[false, false, false, false], [false, false, false, false], [false, false, false, true]]> : tensor<3x4xi1>} : () -> tensor<3x4xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4xi1>
}

func.func @test_layer_normalization_2d_axis1() -> (tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<3x1xf32>, tensor<*xf32>, tensor<3x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF"> : tensor<4xf32>} : () -> tensor<4xf32>
  %i2 = onnx.Constant {value = dense<"0x33AF353E3BB6CDBE57AAD0BFCCF1EC3E"> : tensor<4xf32>} : () -> tensor<4xf32>
  %r:3 = onnx.LayerNormalization(%i0, %i1, %i2) {axis = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x55F160BEA4D3A03D70AE9ABF2D10DCBF8E3639BF1070843DA0CB01C08FB9B03FF0AA553FAF47B9BED05596BFA68918C0"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %e1 = onnx.Constant {value = dense<"0x6C48AC3F8631D83EDEEDF33E"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %e2 = onnx.Constant {value = dense<"0x80C9B43FC34C6D3F95D1D73F"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<3x1xf32>, tensor<*xf32>, tensor<3x1xf32>
}

func.func @test_layer_normalization_2d_axis_negative_1() -> (tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<3x1xf32>, tensor<*xf32>, tensor<3x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0xB54468BFB2C4543DAEA53A3F1914043E"> : tensor<4xf32>} : () -> tensor<4xf32>
  %i2 = onnx.Constant {value = dense<"0xE2D7913FC60E9EBFB9FFCD3EB74F2FBF"> : tensor<4xf32>} : () -> tensor<4xf32>
  %r:3 = onnx.LayerNormalization(%i0, %i1, %i2) {axis = -1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x6F871A3F97F0A6BFB026C63C129305BFD0EB9BBDF7AEA6BF6A52423F44DE40BF12AC0140B1CB9EBF0002CDBBD4BDF1BE"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %e1 = onnx.Constant {value = dense<"0x6C48AC3F8631D83EDEEDF33E"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %e2 = onnx.Constant {value = dense<"0x80C9B43FC34C6D3F95D1D73F"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<3x1xf32>, tensor<*xf32>, tensor<3x1xf32>
}

func.func @test_eyelike_populate_off_main_diagonal() -> (tensor<*xf32>, tensor<4x5xf32>) {
  %i0 = onnx.Constant {value = dense<[[44, 47, 64, 67, 67], [9, 83, 21, 36, 87], [70, 88, 88, 12, 58], [65, 39, 87, 46, 88]]> : tensor<4x5xi32>} : () -> tensor<4x5xi32>
  %r:1 = onnx.EyeLike(%i0) {dtype = 1 : i64, k = 1 : i64} : (tensor<4x5xi32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000000000803F00000000000000000000000000000000000000000000803F00000000000000000000000000000000000000000000803F00000000000000000000000000000000000000000000803F"> : tensor<4x5xf32>} : () -> tensor<4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4x5xf32>
}

func.func @test_expand_dim_changed() -> (tensor<*xf32>, tensor<2x3x6xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040"> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %i1 = onnx.Constant {value = dense<[2, 1, 6]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.Expand(%i0, %i1) {} : (tensor<3x1xf32>, tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000803F0000803F0000803F0000803F0000803F0000004000000040000000400000004000000040000000400000404000004040000040400000404000004040000040400000803F0000803F0000803F0000803F0000803F0000803F000000400000004000000040000000400000004000000040000040400000404000004040000040400000404000004040"> : tensor<2x3x6xf32>} : () -> tensor<2x3x6xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x3x6xf32>
}

func.func @test_transpose_all_permutations_0() -> (tensor<*xf32>, tensor<2x3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  %r:1 = onnx.Transpose(%i0) {perm = array<i64: 0, 1, 2>} : (tensor<2x3x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x3x4xf32>
}

func.func @test_transpose_all_permutations_1() -> (tensor<*xf32>, tensor<2x4x3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  %r:1 = onnx.Transpose(%i0) {perm = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3F48E9D83E9AB2763FA616373F5159253F7252C43EB34E1A3F6E0BE03E7EAE4A3F777D0B3F3C4B643FA865073F5E6B113F0DA1A53CBB867A3FE7F36C3F9326553FA8954C3F5A7B913D4835473F0647EC3ED970B23D1EB95E3FC3D0473F"> : tensor<2x4x3xf32>} : () -> tensor<2x4x3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4x3xf32>
}

func.func @test_transpose_all_permutations_2() -> (tensor<*xf32>, tensor<3x2x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  %r:1 = onnx.Transpose(%i0) {perm = array<i64: 1, 0, 2>} : (tensor<2x3x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F5E6B113FE7F36C3F5A7B913DD970B23D48E9D83E5159253F6E0BE03E3C4B643F0DA1A53C9326553F4835473F1EB95E3F9AB2763F7252C43E7EAE4A3FA865073FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<3x2x4xf32>} : () -> tensor<3x2x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x2x4xf32>
}

func.func @test_reshape_one_dim() -> (tensor<*xf32>, tensor<24xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  %i1 = onnx.Constant {value = dense<[24]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Reshape(%i0, %i1) {} : (tensor<2x3x4xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<24xf32>} : () -> tensor<24xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<24xf32>
}

func.func @test_layer_normalization_2d_axis0() -> (tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<1x1xf32>, tensor<*xf32>, tensor<1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i1 = onnx.Constant {value = dense<"0x5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBF"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %i2 = onnx.Constant {value = dense<"0xA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %r:3 = onnx.LayerNormalization(%i0, %i1, %i2) {axis = 0 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xBAE246409408C0BFA068203E5E87B43E1C1856402E2FED3FB4CD643E3CFC9A3F82E5BB3F9C130EC040F669BF57B6D2BE"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %e1 = onnx.Constant {value = dense<"0xD98A3F3F"> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  %e2 = onnx.Constant {value = dense<"0x18B88A3F"> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  return %r#0, %e0, %r#1, %e1, %r#2, %e2 : tensor<*xf32>, tensor<3x4xf32>, tensor<*xf32>, tensor<1x1xf32>, tensor<*xf32>, tensor<1x1xf32>
}

func.func @test_reshape_reduced_dims() -> (tensor<*xf32>, tensor<2x12xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x3x4xf32>} : () -> tensor<2x3x4xf32>
  %i1 = onnx.Constant {value = dense<[2, 12]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.Reshape(%i0, %i1) {} : (tensor<2x3x4xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473F"> : tensor<2x12xf32>} : () -> tensor<2x12xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x12xf32>
}

func.func @test_gemm_alpha() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913D"> : tensor<3x5xf32>} : () -> tensor<3x5xf32>
  %i1 = onnx.Constant {value = dense<"0xD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C"> : tensor<5x4xf32>} : () -> tensor<5x4xf32>
  %i2 = onnx.Constant {value = dense<"0x00000000000000000000000000000000"> : tensor<1x4xf32>} : () -> tensor<1x4xf32>
  %r:1 = onnx.Gemm(%i0, %i1, %i2) {alpha = 0x3F000000 : f32} : (tensor<3x5xf32>, tensor<5x4xf32>, tensor<1x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x62DB7D3FCE43213F25C4703F82E1FE3EB4C6953F44BE1C3F5CD8843F90190C3FED70733FBDDF0E3F0E4E6F3FC309183F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_gemm_default_zero_bias() -> (tensor<*xf32>, tensor<3x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913D"> : tensor<3x5xf32>} : () -> tensor<3x5xf32>
  %i1 = onnx.Constant {value = dense<"0xD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C"> : tensor<5x4xf32>} : () -> tensor<5x4xf32>
  %i2 = onnx.Constant {value = dense<"0x00000000000000000000000000000000"> : tensor<1x4xf32>} : () -> tensor<1x4xf32>
  %r:1 = onnx.Gemm(%i0, %i1, %i2) {} : (tensor<3x5xf32>, tensor<5x4xf32>, tensor<1x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x62DBFD3FCE43A13F25C4F03F82E17E3FB4C6154044BE9C3F5CD8044090198C3FED70F33FBDDF8E3F0E4EEF3FC309983F"> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4xf32>
}

func.func @test_celu() -> (tensor<*xf32>, tensor<3x3x3x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x4E0E583F1607113F9A126F3DA6E8EE3C10C1043E828A013F399E4B3F32EE703F6C64743F9A90353EE780EC3E7494873E1BB82C3FF86A883C5BEE1F3FCC906C3F55E4783FB90EF53D57BED33E42B6693F8FE2173F9ABD513F5D48493FEEA8F13DA946313FB38B0A3FEDDE993D"> : tensor<3x3x3x1xf32>} : () -> tensor<3x3x3x1xf32>
  %r:1 = onnx.Celu(%i0) {alpha = 0x40000000 : f32} : (tensor<3x3x3x1xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x4E0E583F1607113F9A126F3DA6E8EE3C10C1043E828A013F399E4B3F32EE703F6C64743F9A90353EE780EC3E7494873E1BB82C3FF86A883C5BEE1F3FCC906C3F55E4783FB90EF53D57BED33E42B6693F8FE2173F9ABD513F5D48493FEEA8F13DA946313FB38B0A3FEDDE993D"> : tensor<3x3x3x1xf32>} : () -> tensor<3x3x3x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x3x3x1xf32>
}

func.func @test_shape_start_greater_than_end() -> (tensor<*xi64>, tensor<0xi64>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Shape(%i0) {end = 1 : i64, start = 2 : i64} : (tensor<3x4x5xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<0xi64>
}

func.func @test_reduce_log_sum_default() -> (tensor<*xf32>, tensor<1x1x1xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<> : tensor<0xi64>} : () -> tensor<0xi64>
  %r:1 = onnx.ReduceLogSum(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<0xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x69BE5B40"> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x1x1xf32>
}

func.func @test_shape_end_1() -> (tensor<*xi64>, tensor<1xi64>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Shape(%i0) {end = 1 : i64} : (tensor<3x4x5xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<[3]> : tensor<1xi64>} : () -> tensor<1xi64>
  return %r#0, %e0 : tensor<*xi64>, tensor<1xi64>
}

func.func @test_size() -> (tensor<*xi64>, tensor<i64>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Size(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xi64>)
  %e0 = onnx.Constant {value = dense<60> : tensor<i64>} : () -> tensor<i64>
  return %r#0, %e0 : tensor<*xi64>, tensor<i64>
}

func.func @test_constantofshape_int_zeros() -> (tensor<*xi32>, tensor<10x6xi32>) {
  %i0 = onnx.Constant {value = dense<[10, 6]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.ConstantOfShape(%i0) {value = dense<[0]> : tensor<1xi32>} : (tensor<2xi64>) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]> : tensor<10x6xi32>} : () -> tensor<10x6xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<10x6xi32>
}

func.func @test_reduce_log_sum_desc_axes() -> (tensor<*xf32>, tensor<3xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<[2, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.ReduceLogSum(%i0, %i1) {keepdims = 0 : i64} : (tensor<3x4x5xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x21091D4046821B40FE0E0540"> : tensor<3xf32>} : () -> tensor<3xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3xf32>
}

func.func @test_tensorscatter() -> (tensor<*xf32>, tensor<2x1x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000804000004040000000400000803F000000000000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000804000004040000000400000803F00000000"> : tensor<2x1x4x5xf32>} : () -> tensor<2x1x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x0000A0400000A0400000A0400000A0400000A0400000803F0000803F0000803F0000803F0000803F"> : tensor<2x1x1x5xf32>} : () -> tensor<2x1x1x5xf32>
  %i2 = onnx.Constant {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.TensorScatter(%i0, %i1, %i2) {mode = "linear"} : (tensor<2x1x4x5xf32>, tensor<2x1x1x5xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000A0400000A0400000A0400000A0400000A040000000410000E0400000C0400000A040000080400000804000004040000000400000803F000000000000803F0000004000004040000080400000A0400000A0400000C0400000E04000000041000010410000803F0000803F0000803F0000803F0000803F0000804000004040000000400000803F00000000"> : tensor<2x1x4x5xf32>} : () -> tensor<2x1x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4x5xf32>
}

func.func @test_tensorscatter_circular() -> (tensor<*xf32>, tensor<2x1x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000804000004040000000400000803F000000000000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000804000004040000000400000803F00000000"> : tensor<2x1x4x5xf32>} : () -> tensor<2x1x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x0000A0400000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000C0400000803F0000803F0000803F0000803F0000803F0000004000000040000000400000004000000040"> : tensor<2x1x2x5xf32>} : () -> tensor<2x1x2x5xf32>
  %i2 = onnx.Constant {value = dense<[1, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r:1 = onnx.TensorScatter(%i0, %i1, %i2) {mode = "circular"} : (tensor<2x1x4x5xf32>, tensor<2x1x2x5xf32>, tensor<2xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000A0400000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000C0400000804000004040000000400000803F0000000000000040000000400000004000000040000000400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000803F0000803F0000803F0000803F0000803F"> : tensor<2x1x4x5xf32>} : () -> tensor<2x1x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x1x4x5xf32>
}

func.func @test_abs() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Abs(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7A3FFF38733F62FD1A3E6864D33DF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F0215523E694AA03E05A65A3F2F6423408C53273FB14B5D3F87FE3D3FA9431140A828BA3F486D3B3D20AD3F3E1C32C43FF313BC3F8AAA1E3E859EC13EED45633FBD8AFD3F8B21B23EF219203E2A7A9D3F95E7993FB34FC63E6DC79A3EFC36863F26C3B53F1067DA3F02B3F93F9178023F464BE03E995BA03F9C09473F3494CE3F97D8593E4C3D653F1618C63E20C4023FF51E973F6BDEE63C514EDB3E2E3A883D99DD9A3EEF62223F36B9B93E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_acos() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Acos(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xF2667D3F661E463F8C806C3F9B9A7E3FA210913FBB5C5E3FC8168F3F9268F03E8D728A3E00B1963F353C283F51BA813F9677773F82C0C63E2FF6BF3F2EE5BD3F4B79C63FFF43163F93D72D3F5AFC033F9B22543E5018253F4AAA8B3F70DF2C3F25E3B93FCF5B603F37A6B63FEB1DAB3EB1C9823F3355923F73CAA63F5C6F2F3FD26E8C3F9258773F1DA8C63F41B2673F9E7E693FB1EC673F628CAC3E720F523FBCFD993F042B8F3F4B784C3F3159C13F7B47573F45F2553F25EEAD3F6883B83F58FC9F3F056A993F0CCC763FCFF18E3F754C1C3E38FABB3F9C20AE3FDE52B43FEEEE5B3F9548A83F95F78A3F8B74A93F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_acosh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0xEC0EBE407BF9ED408A98CD4026EDBC4039039A407B04DA406E069E40526A104177C41A41606E8E40270202415D52B840CA98C3403249154163D5D13F7A5FE43FA64A973FB3E50741F80D004121480D41C9EB1C412E140341F3E7A4406D65004146200440194CD8404D92124046081841D54AB640326C974050625840B4FAFE400D5FA34080B5C34056A5953F08E1D1409848D0404FADD14054E617413F5DE440CC8987407EDD9D40F4EAE8403761C53F6007E040CA24E1402C2E3940F5420A40CEAF7540ABBF88407837C44036519E406A531E413D8EF53F225038400EEA1C405F18DC405EE55140294CA64005CA4C40"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Acosh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xCEEC1D40447B2C408405234082891D40EB381040D3D1264077E7114087F838405A6D3D4012190B40C83232402AEF1B400DCA1F403E1B3B4094F6893F5A54973F7E2F183FE90D3540C1383140D58E3740F8503E4025BA3240EDAF1440C06431405C3CAD3F9A4E26407E32BC3F9E473C40F1361B40BE1C0F40BDC0F13FBEEF3040BB13144092D31F40B7DB123F6A5B2440E7DC2340734B24403E393C406FD12940E2D5074086D6114012182B4056C57F3F3594284061E62840D5B5DC3F28D5B33F90560140C06B084099FE1F405C061240BFE33E40975EA23FD711DC3F4FD3C53FE96E2740E8AAED3F3C3C1540595AEA3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_asin() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Asin(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xC4B8143F50014C3F2A9F253F1B85133FE5FCDF3EFBC2333F4AE4E73EB6F58C3F3873A63F6C7BC93E81E3693F14AB0E3F20A81A3FBA5F973FBF9A913DD8AAB23DF1A3A53CB7DB7B3F2348643FAE11873F888BAE3F66076D3F4396F53E4640653F5BCBF23DE7C3313F1E4D133E60489E3F548C0C3F9FEADA3E9F15893E5AB0623F2584F23E24C71A3F63EF993C756D2A3F18A1283F05332A3FC2EC9D3F4410403F7B48BC3E5D93E73E6BA7453F39D5763D3BD83A3F712D3C3FAF0D593E9763043E0E4EA43E5897BE3EAA531B3F2F78E83E4C86B53F295AD13DFA79573EE4E7253EC830363F171D833E1861F83E81DA7C3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_asinh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Asinh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xC99AAA3FD7C5C73E25C35D3F2CF2C53F29FFB03FBB7E5DBFA87B583F6E671ABEC504D3BD27BACC3EC8FE123EFDA5953F41B3333F6294F83D8D63DC3EF2D1A73E3C82983FB5A250BE0DC89D3E213C46BF8457D5BFDE3F1D3F1E3E483F8BD62FBF8571C73FB4A795BF8E5C3B3D01933EBE573D9B3F16BD963FBD091E3E4047BD3E1BBD4CBF8CAEB7BF5CB8AEBEC6741F3E2182843F4D3D823F11A9C1BE768398BE9B506ABFDD2493BF51E9A6BF83F0B53FC7CAFABE49ADD9BEB65086BFE209373F4CCFA0BF443C58BED2344EBF3475C13E6251FBBE2D7380BF99D6E6BC8E19D53E8420883DAF98983EA41819BFD5DFB5BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_atan() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Atan(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x230D873F7EE3C23EAF4F463F1756933FC3228A3FC61E46BFDC82423F7ED219BE70A5D2BDE67AC73E347E123E7CEA773FFF88263FB4F8F73DDFE1D53EB6E4A43EA6207B3FF6344FBE81579B3E3DF534BF9E4699BFC333143F147B363FA17223BF7AF1933F6DEC77BFD64B3B3DCA7B3DBE7D237E3FA625793F146A1D3ED31BB93ED3DC39BF3A388DBFB16CABBECCD01E3EF066633F3085603F8533BDBE8E4E96BED7204FBF160E75BFFE3485BFFC6D8C3F6A53F1BEA166D3BE48AB65BF632E293FCD0E82BF64A556BE42F53ABF2803BD3E51CBF1BE27385EBFC7CEE6BC7333CF3EE206883DDE62963ED9B510BF742AB2BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_atanh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Atanh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xDDDE1D3F71D1653FCC8D323F656F1C3F9F7EE73E2BAA443F9340F03E421BB73FA057FF3FA5E4CE3E99BB893F1FAF163F8B06253F2F39D03F30BA913DF9E4B23DD4A6A53CC02A993F0735853FFEA3AA3F43E21040E2528C3FBE95FF3E08FB853F775DF33DE80E423FD8CF133E0ACFE33F3F31143FA8E8E13E96C08A3EA4F1833F0121FC3E3B2C253FB4F1993CCF9E383F0E57363F8954383FDBB8E23F3B1F553F19ADC03E97E6EF3EFED75C3F81FB763DDD0D4E3FC6D84F3F83B25A3E67C2043E2833A73ED926C33E29D7253F1AE5F03EBB892440BEB7D13DA115593EEEA2263EF4DB473F1392843E545E013F84767F3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_bitwise_not_3d() -> (tensor<*xui16>, tensor<3x4x5xui16>) {
  %i0 = onnx.Constant {value = dense<[[[62501, 33003, 12172, 5192, 32511], [50057, 43723, 7813, 52047, 21440], [32912, 20609, 49100, 7751, 43757], [31228, 36230, 32025, 58546, 54548]], [[21758, 45413, 35730, 51668, 64395], [8444, 19946, 37532, 57245, 22926], [49714, 27204, 31959, 24535, 19433], [17137, 26103, 44510, 51040, 33878]], [[39053, 55273, 64905, 33799, 37183], [52029, 3606, 42297, 2561, 63360], [61756, 63697, 29960, 58072, 32397], [39539, 431, 36842, 62073, 47560]]]> : tensor<3x4x5xui16>} : () -> tensor<3x4x5xui16>
  %r:1 = onnx.BitwiseNot(%i0) {} : (tensor<3x4x5xui16>) -> (tensor<*xui16>)
  %e0 = onnx.Constant {value = dense<[[[3034, 32532, 53363, 60343, 33024], [15478, 21812, 57722, 13488, 44095], [32623, 44926, 16435, 57784, 21778], [34307, 29305, 33510, 6989, 10987]], [[43777, 20122, 29805, 13867, 1140], [57091, 45589, 28003, 8290, 42609], [15821, 38331, 33576, 41000, 46102], [48398, 39432, 21025, 14495, 31657]], [[26482, 10262, 630, 31736, 28352], [13506, 61929, 23238, 62974, 2175], [3779, 1838, 35575, 7463, 33138], [25996, 65104, 28693, 3462, 17975]]]> : tensor<3x4x5xui16>} : () -> tensor<3x4x5xui16>
  return %r#0, %e0 : tensor<*xui16>, tensor<3x4x5xui16>
}

func.func @test_ceil() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Ceil(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000400000803F0000803F0000404000000040000000800000803F00000080000000800000803F0000803F000000400000803F0000803F0000803F0000803F00000040000000800000803F00000080000000C00000803F0000803F0000008000004040000080BF0000803F0000008000000040000000400000803F0000803F00000080000080BF000000800000803F00000040000000400000008000000080000080BF000080BF000080BF000000400000008000000080000080BF0000803F000080BF00000080000000800000803F00000080000080BF000000800000803F0000803F0000803F0000008000000080"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_cos() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Cos(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x29AA44BEA4C66B3FB0DD0E3FE9FD1EBFB9B895BE0D2D0F3F78E4143FC0127D3F32A37E3FC9B86A3F49597D3F6319EE3DFA5F393F791B7E3F8631673F62E1713F79F69C3DA1A17A3F828E733FA22A283F6AEB54BF4A3C4B3F6529263F7DAC3C3F37B724BF57E9ED3D67BB7F3F3B877B3F3AAE1B3D5263CF3DDBEE7C3F87E96D3FCF91213F8916CCBE84A9703F9EE07C3F4DFDAA3E1864B83E3B096D3F2B64743F1466FF3E0DD0193E234D0ABEBDE6BDBE4F775F3F73D3673F1316A03EF371363F2E7D30BD8E3A7A3F240A203FBA136D3F68525F3FF3BBC23EFAE57F3F78DF683F126F7F3FDE60743F85334E3F6B576F3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_cosh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Cosh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x873C4040B3628A3F435CC23F2121984027105440A425C23FD23FBE3F0F78813FB7AE803F39F18A3F8954813F677A104031E4A63FDCF2803F3CD18C3F2931873FFFBF154006B4823FFA52863F3F98B13FD5C5CE404C549C3F91E0B23F5DE6A43F5F7C9C40777D10405022803FBD3F823F551A1B40DB721240268A813F1543893F05D8B53FFD5D6C4040D3873F5391813F40B9ED3F7139E83FD9B8893FB8E4853FBD0DCD3FFC1F0C40D213364048A4654095FC903FD87A8C3FD84AF23F0EADA83F3216274050E8823F5ED7B63F54B3893FB410913FAA10E43F030D803F2FEC8B3F8548803F6CE6853F5FA09A3F9183883F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_elu() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Elu(%i0) {alpha = 0x40000000 : f32} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3F91A89FBFFF38733F96D48FBE27D948BEF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3FE4EEBDBE694AA03E6D0793BF1E12ECBF8C53273FB14B5D3F7D1F86BFA94311402C36C4BF486D3B3D46CEAEBE1C32C43FF313BC3F8AAA1E3E859EC13E9BA396BFB3AEDCBF147216BFF219203E2A7A9D3F95E7993F426B24BFD19205BF4549A6BF511FC2BF7C86D1BF02B3F93F77704CBF259E35BF08DCB6BF9C09473F2007CDBFB03BC4BEFC7197BF1618C63E30CB4CBFE962B1BF5EA563BD514EDB3E2E3A883D99DD9A3E327D70BF7EC41BBF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_elu_default() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Elu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3F91A81FBFFF38733F96D40FBE27D9C8BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3FE4EE3DBE694AA03E6D0713BF1E126CBF8C53273FB14B5D3F7D1F06BFA94311402C3644BF486D3B3D46CE2EBE1C32C43FF313BC3F8AAA1E3E859EC13E9BA316BFB3AE5CBF147296BEF219203E2A7A9D3F95E7993F426BA4BED19285BE454926BF511F42BF7C8651BF02B3F93F7770CCBE259EB5BE08DC36BF9C09473F20074DBFB03B44BEFC7117BF1618C63E30CBCCBEE96231BF5EA5E3BC514EDB3E2E3A883D99DD9A3E327DF0BE7EC49BBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_exp() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Exp(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD6C0BA40CCFBBE3F654F2A40776D16417C1ECF40DEAEC03E04802540DA0A5C3FDAE4663FF7FCC03FE4D4933FFF008940E5FD0840C18F903F0C84C73F07B3B23F43918E404684503FFB0DAF3F25F1D93E136F9F3DFD13F63F2AEA174007C1F33E1AD51A4154276F3E40FE853F6E4C543F6531944018168B40CE73953F2DD4BA3FC9B8D23E35450D3EF5C6343F77A9953FB7055B4068FE54405FCA2D3F97363D3F756DB33EBE82773E0DE6393EAD17E140C5C7193FED30253FEE47923EA8430B407FE34B3E15F14E3F091CD13E0778BC3F689A193F2F3A9D3ED6E2783FE570C43FC3CD883FA535AD3F67C1073FC11D323F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_floor() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Floor(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000000000000000000000400000803F000080BF00000000000080BF000080BF00000000000000000000803F000000000000000000000000000000000000803F000080BF00000000000080BF000040C00000000000000000000080BF00000040000000C000000000000080BF0000803F0000803F0000000000000000000080BF000000C0000080BF000000000000803F0000803F000080BF000080BF000000C0000000C0000000C00000803F000080BF000080BF000000C000000000000000C0000080BF000080BF00000000000080BF000000C0000080BF000000000000000000000000000080BF000080BF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_gelu_default_2() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Gelu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x1906D93F854B863E8380513F419F0D4074A8E73F0A5624BE969F493FF45788BD750342BD139B8A3EFA64A43D0192AC3F5651173F56A9883D7196983EAE7E573E8751B23FD3EEAFBD78AF473E65E12BBE385E5FBC24C1F83EB96F323FA9072EBEDE930F40DB33D9BD7844C23C2B37A3BDAFE6B73FD0BFAE3F3234B23D49AD7A3E6B4C2ABE9F2741BDA5A901BE1FFEB33D10448C3F1144883FF7850ABE7C03ECBDED0A1EBEE342E2BD81AE99BD4B52F33F68401FBE3A5514BE5AE106BE928F1B3F5316B0BD3B25B5BD3CE229BE90E0803E90661FBE1EB70FBE9BAD61BC4A03923EB2730F3DA9AD3F3EDEC92ABE532005BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_hardsigmoid() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.HardSigmoid(%i0) {alpha = 0x3F000000 : f32, beta = 0x3F19999A : f32} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803FF4D14C3F0000803F0000803F0000803F4811E43D0000803FEE39063F54630C3F18284E3F9F092C3F0000803F49037B3FA62C293F1D6A523F714F443F0000803FF4ADFE3E34AC413F5E1A313E0000000060436D3F0000803F5A696A3E0000803F0000000004751F3FF6A3013F0000803F0000803FEB6E2D3F3B014A3F8EDA1F3E000000006E22DA3ED89C2D3F0000803F0000803F5A0BD03E7ECFE53EF0149B3D00000000000000000000803FA3BAB03E910DC33E00000000681E7D3F000000000EBDFC3ED0EB1B3EA01F4B3F146FB03E40A91E3C20FE153F2E6D503F3D1D223F0051403F45D0903E9956D63E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_hardsigmoid_default() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.HardSigmoid(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xCA515A3FF17C143F841C323FD6BB723F759E5F3F3FED9B3E00A5303F4380F03E2E6EF53ECC05153F0260073F74754A3F13F7263FD23A063FCEB9163F8915113F327F4C3FE6FDEA3E7107103F648AA83E000000001C77213F57422C3F9600B43E2136743F5A25563EC457023F16D5EC3E727A4E3F2E3B4B3FEDEE073FA75C133F3A17A53E70AAD43DB15FDC3E4C01083FAAFD3E3FD58F3D3F7656D83E510BE13ED0A0943E2A2E5D3E4C8E223E34E1633FC6CFCB3E2524D33E726D7F3EB9CE273F4679353E2437EA3EE24DA43E35CF133F8DB1CB3E6F1A873E381DFD3E3BEE153FDB67033F8F7C0F3FA00BBF3EF5DADA3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_hardswish() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.HardSwish(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x4149B33F6935683E6B26263F708BFA3FF6EDC13F04AFA8BE0A20203F902B93BD761E4CBDD5FF6E3E31959A3D0E318A3FB73FF43E0AA6813DDF70823ED2D73D3E2D3E8F3F23B7C3BD9804313E4B669CBE54C442BE40C8CB3ECF870E3FECFD8EBE482BFF3F81D2BFBE2249BE3C7AB7B3BDFB37943F14198C3F73DCA63D96065A3E3B04A0BE1E46ACBE19791DBEFB71A83DE10E5E3FAC96573F23B52CBEAB2E0BBED29BAEBE4174BFBE895EBCBEBF08CE3FAF9C58BEA38A3FBE06C9BABEED9EFA3E9BE4BEBED965CABD64D0A0BE4CA45F3E650059BEDE4BB7BE35B364BC2B9E7A3E6D3F0B3DD37A2A3E260D80BE574423BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_leakyrelu() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.LeakyRelu(%i0) {alpha = 0x3DCCCCCD : f32} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3F8225C8BDFF38733FD0FB77BC201D29BCF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3FCF10A8BC694AA03E37EBAEBD8CB682BE8C53273FB14B5D3FD3FE97BDA943114053ED14BE486D3B3D4D5799BC1C32C43FF313BC3F8AAA1E3E859EC13E8BD1B5BD64D54ABE3C810EBDF219203E2A7A9D3F95E7993F29A61EBD7BA5F7BC60BED6BDEB6811BEDAB82EBE02B3F93FE8C050BD6B6F33BD474900BE9C09473F5D4325BEDF46AEBC3D64B7BD1618C63ECD3951BD22CBF1BDEFB138BB514EDB3E2E3A883D99DD9A3EBFE881BD2B9414BD"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_leakyrelu_default() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.LeakyRelu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3F011E20BCFF38733F0D63C6BA804A87BAF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3FD87306BB694AA03E5FEF0BBC1324D1BC8C53273FB14B5D3F5031F3BBA943114085486EBC486D3B3D7B58F5BA1C32C43FF313BC3F8AAA1E3E859EC13E6F7411BC5044A2BCF90164BBF219203E2A7A9D3F95E7993FA7D67DBBFC1D46BB80CB2BBCDEA768BC14C78BBC02B3F93FB900A7BB568C8FBB0B424DBC9C09473FE43584BCE66B0BBB97B612BC1618C63E7061A7BB4E6F41BC8CC193B9514EDB3E2E3A883D99DD9A3ECBDACFBBDEB96DBB"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_log() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0xD6C0BA40CCFBBE3F654F2A40776D16417C1ECF40DEAEC03E04802540DA0A5C3FDAE4663FF7FCC03FE4D4933FFF008940E5FD0840C18F903F0C84C73F07B3B23F43918E404684503FFB0DAF3F25F1D93E136F9F3DFD13F63F2AEA174007C1F33E1AD51A4154276F3E40FE853F6E4C543F6531944018168B40CE73953F2DD4BA3FC9B8D23E35450D3EF5C6343F77A9953FB7055B4068FE54405FCA2D3F97363D3F756DB33EBE82773E0DE6393EAD17E140C5C7193FED30253FEE47923EA8430B407FE34B3E15F14E3F091CD13E0778BC3F689A193F2F3A9D3ED6E2783FE570C43FC3CD883FA535AD3F67C1073FC11D323F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Log(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F67E1CC3E948E7A3FCB6A0F40240CEF3FE22E7ABF0039733F65FD1ABE7264D3BDF639D23E2780133EA225BA3F60D3423FC230F93D0942E33E5ED7AA3EFC3DBF3F071552BE694AA03E06A65ABF2F6423C08D53273FB04B5D3F87FE3DBFA9431140A828BABF486D3B3D22AD3FBE1C32C43FF213BC3F8AAA1E3E849EC13EEE4563BFBD8AFDBF8D21B2BEF119203E297A9D3F95E7993FB44FC6BE6FC79ABEFC3686BF26C3B5BF1067DABF03B3F93F907802BF484BE0BE995BA0BF9C09473F3494CEBF91D859BE4C3D65BF1518C63E20C402BFF51E97BF4CDEE6BC504EDB3E2C3A883D97DD9A3EF06222BF34B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_logsoftmax_axis_0() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7A3FFF38733F62FD1A3E6864D33DF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F0215523E694AA03E05A65A3F2F6423408C53273FB14B5D3F87FE3D3FA9431140A828BA3F486D3B3D20AD3F3E1C32C43FF313BC3F8AAA1E3E859EC13EED45633FBD8AFD3F8B21B23EF219203E2A7A9D3F95E7993FB34FC63E6DC79A3EFC36863F26C3B53F1067DA3F02B3F93F9178023F464BE03E995BA03F9C09473F3494CE3F97D8593E4C3D653F1618C63E20C4023FF51E973F6BDEE63C514EDB3E2E3A883D99DD9A3EEF62223F36B9B93E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.LogSoftmax(%i0) {axis = 0 : i64} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xCE1EA7BF4491CFBFEF38B0BF78C82DBF959781BFA8AA94BF40DF81BFE76DAEBFC57511C0652DC6BFE091B5BFD48B05BF72E388BF2A4415C0FD7A71BF86E589BFAB7832BFAA20C9BF6FBB9EBF4F6948BFCF4504BFD81FAFBF60DABEBF475D0BC0CE381CBFE3322FBF56A0F5BFEFD7A9BF69DF57BFC19FFABE942CB4BFEB83CCBF565471BF8E42F2BE9E0585BF1F98A0BF4F0076BF69F712BF1D3A95BFCED5AABF255A01C0F00C1ABF513226BFA00D78BFB8B317C048AFD9BF4E4036BF8A913CBF391B43BFD080DFBF7EC62ABF8665CBBF12EBA8BF6CFCA2BF88F2ADBF928F7BBF57FB07C0E4ABBCBF24396BBF5C19A3BF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_neg() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Neg(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE1BF68E1CCBE938E7ABFCB6A0FC0240CEFBFE22E7A3FFF3873BF62FD1A3E6864D33DF839D2BE288013BEA225BABF5ED342BFC030F9BD0B42E3BE5DD7AABEFC3DBFBF0215523E694AA0BE05A65A3F2F6423408C5327BFB14B5DBF87FE3D3FA94311C0A828BA3F486D3BBD20AD3F3E1C32C4BFF313BCBF8AAA1EBE859EC1BEED45633FBD8AFD3F8B21B23EF21920BE2A7A9DBF95E799BFB34FC63E6DC79A3EFC36863F26C3B53F1067DA3F02B3F9BF9178023F464BE03E995BA03F9C0947BF3494CE3F97D8593E4C3D653F1618C6BE20C4023FF51E973F6BDEE63C514EDBBE2E3A88BD99DD9ABEEF62223F36B9B93E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_not_3d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, false, true], [true, false, true, false, true], [false, true, true, true, true]], [[false, false, false, true, true], [true, false, false, false, false], [false, true, false, false, false], [true, false, false, false, true]], [[false, false, false, true, true], [true, false, false, false, false], [false, false, true, false, false], [true, false, true, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %r:1 = onnx.Not(%i0) {} : (tensor<3x4x5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [true, false, true, true, false], [false, true, false, true, false], [true, false, false, false, false]], [[true, true, true, false, false], [false, true, true, true, true], [true, false, true, true, true], [false, true, true, true, false]], [[true, true, true, false, false], [false, true, true, true, true], [true, true, false, true, true], [false, true, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_reciprocal() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x863F863F538B9B3F5A278D3FBCBE853FA4746C3FA8AC923FB705703F9E25B23F4D59BB3F3929623F3F57A53FD4B2833FAFB5883FF479B63F6B2F123F1B4E163F082D053F4A93AA3FA49AA33F8F5CAF3F5E43BD3FD44AA63F8323763F62E8A33F3C471E3FEEE8913FCDB2243FE9EAB83FEDCB823F49276A3FEAB9433F171AA33F44C6743F72C2883F69CF043FAE0E8F3F27598E3FB2F78E3FBCCCB83FE345973FB6085C3F54E16F3FFA4B993FF06A0F3F9C58953F76D7953FA2DB353F5001213FEABF503F261C5D3F35FC883F3048703F0883BE3F9C1F1A3FF278353F944B293F0E99933FB8D7403F2460773FAD923E3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Reciprocal(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD815743FB1AA523FE324683FE200753F75948A3F06685F3F4885883F24F0373F58E72E3F4FE3903F412F463F86CF783FBDB06F3FED92333F6B27E03F8902DA3FEF0CF63F501A403FD649483F12DC3A3F75222D3FF50C453FD120853FD7EA473F1E07CF3FB593603F23F5C63F0734313FC3867A3F42F18B3FE36AA73FB2E7483FC3DE853F5F9A6F3F61BAF63F150E653F2E32663FE832653FF750313F719D583F24EC943FFE99883F5BC1553FBC7AE43FE7685B3F28AF5A3F422FB43F7F85CB3F03F99C3FA032943F57356F3F845F883FF3FF2B3FD79BD43F3F91B43F2D8EC13F35025E3FC1EBA93F6B76843FD5F1AB3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_relu() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Relu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3F00000000FF38733F0000000000000000F839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F00000000694AA03E00000000000000008C53273FB14B5D3F00000000A943114000000000486D3B3D000000001C32C43FF313BC3F8AAA1E3E859EC13E000000000000000000000000F219203E2A7A9D3F95E7993F000000000000000000000000000000000000000002B3F93F0000000000000000000000009C09473F0000000000000000000000001618C63E000000000000000000000000514EDB3E2E3A883D99DD9A3E0000000000000000"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_selu() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Selu(%i0) {alpha = 0x40000000 : f32, gamma = 0x40400000 : f32} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x5A59A9400EA9993FEEEA3B403020D7401B49B340DA7C6FC0BF6A3640E1BE57BFDDA216BF7AAB9D3F3C40DD3E3A9C8B40861E124090E4BA3E8871AA3F8621803F7D6E8F402B738EBF9E6F703F248B5CC0960DB1C052FDFA3FC5F825403C2F49C07EE5D940A12893C0F6910C3EB41A83BF95259340F60E8D40CFFFED3EE436913F68F561C00683A5C01EABE1BFEB26F03E3F376C4060DB6640E3A0F6BF3A5CC8BFE86D79C07D9791C0DD249DC04246BB40595419C09C3608C0062589C03547154058C599C0C42C93BFFA2A63C01092943F649819C02F0A85C006BC2ABEBD7AA43F45574C3E664C683FE65D34C0BDA6E9BF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_selu_default() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Selu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x373FED3FA544D73E56A1833F45B01640D92AFB3F04598CBFE58D7F3F40DE7CBE3B8E30BE98E2DC3EA3FA1A3EB995C33F19B44C3F8EE9023EBBC7EE3ECA80B33E34F0C83FEFF5A6BEE66AA83EED3E81BF9884CFBF5ACF2F3FFD83683F33CD6BBF1DA11840D17AACBFFBED443DB6A999BEA024CE3F199DC53FF1B5263E986FCB3E536B84BFA6FDC1BFC93F04BFFA37283E2276A53F2EB5A13F4E8810BFE2D5EABE812C92BFA7A4AABFE52EB8BFFC2D03405AB633BFA9A61FBF1ABEA0BF0221513FCA3AB4BFAA7FACBEBE2085BF3E23D03E1A0634BF72EE9BBFB41C48BDCA6CE63E56228F3DACB7A23EDD6653BF6BED08BF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sigmoid() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Sigmoid(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x2A8D5A3F1246193F5A133A3F8263673FADBD5D3F50FF8B3E2B9C383FC7A9EC3EB9CCF23E4DEA193FF033093F1A874F3FF57B2E3F11C7073F2BF31B3FC128153F9412513FDBD4E53ED1DF133FBEDE983E2BEB933D3F67283F421E343FC522A53EF605683FE0DF413E93ED023F351CE83EA189523F241E503F97E5093F05EB173F4548953E8449F83D3DE9D33E6AFC093F4F1C463FC5D9443F6808CF3EE798D93E97DD843EA154473EEE551D3ED022603F0E24C03E6FCEC83EC28C633E45652F3F87082A3E19DFE43EA878943E1975183FA100C03EBA93703E9664FC3E6D001B3F6B41043F4236133F886CB13E5712D23E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sin() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Sin(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xFD3B7B3FD274C73E5D6D543F99A4483F52CF743FE73754BF5F3F503F10661ABE5D04D3BD765ECC3EB7FD123E98437E3F6D8E303F7693F83D74DEDB3E4CB0A73E3D3F7F3F879C50BE61AF9D3EA70441BF90210EBF06AA1B3F2ABF423FCF062DBFA6F8433F4C447EBF8A5C3B3D158F3EBEA5D07F3F1FAF7E3F33081E3E8C09BD3EB79246BF6DC86ABF238FAEBE2A731F3E4F4D713F75D26E3FCF63C1BEAB6E98BE34E05DBF75187DBF86A77DBF7ABD6D3F94CAF9BE4530D9BE2E2A73BF0D95333F23C37FBFE03458BEE7CE47BF4F30C13E734EFABEC0C26CBF98D6E6BC46A9D43E7820883DD583983EB5B617BF60ADB5BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sinh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Sinh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x244535406764D23E8842923FCCB99440D12C4A40ECF991BF36C08C3F0D951BBE8DC4D3BDF92ED83EDF02143E988701402F2F563F46CEF93D45CBEA3E7707AE3E86620740138F53BE02ECA23EE83776BF1948CCC0617F333F8AE7793F36EC4FBFD42D9940018B01C0077E3B3D2CCC40BE75480D4057B90340444D1F3E6344C63ED22981BFAA8963C016BFB5BE22C1203E3052C83F5EC3C13FA24ECBBEB3259DBE6032A0BFA14FF9BF72752AC0118B5C40673108BF8689E7BEDDB8CDBF85B45B3FFA571AC0357E5BBE5C9082BFCD12CB3E038708BF1EC2BCBF3EE6E6BCDB12E23EE753883DE53C9D3E567F2DBFC4D2BDBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_softmax_axis_0() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7A3FFF38733F62FD1A3E6864D33DF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F0215523E694AA03E05A65A3F2F6423408C53273FB14B5D3F87FE3D3FA9431140A828BA3F486D3B3D20AD3F3E1C32C43FF313BC3F8AAA1E3E859EC13EED45633FBD8AFD3F8B21B23EF219203E2A7A9D3F95E7993FB34FC63E6DC79A3EFC36863F26C3B53F1067DA3F02B3F93F9178023F464BE03E995BA03F9C09473F3494CE3F97D8593E4C3D653F1618C63E20C4023FF51E973F6BDEE63C514EDB3E2E3A883D99DD9A3EEF62223F36B9B93E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Softmax(%i0) {axis = 0 : i64} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD4C08A3EF1514A3EA93A813E2FD8013FA506BA3E6545A03E989EB93E5C0D833E2CFDD23D69B8593E18E2773EB0F1173FF2B7AF3E8BCEC63D9058C73E0C57AE3EF3F9FE3E6FC2543E8F26943EC908EA3EACB3183FAC57823EB88A663E9E12E83D6F100B3FDF20013F4C48163E1DD5873E6951DC3E29E91C3FD0997A3ED0334F3EAB76C73EC17E1F3F841BB53ED402923E46DBC33E162F103F29929F3EC0C8863EABAF073EAD3F0C3FFEBF053FFB4AC23EF461BF3DB8F13A3E443DFB3E871DF53E4CEFEE3EF5A2323E0561033F7205513E63D1883EDB4E8F3EEA8B833E20A6BF3E14ABF43D3B816A3E4847CC3E782E8F3E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_softplus() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Softplus(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xEE0AF63F89C1693F151DA63FDDE21540ECB700407C8BA33E6675A33FEACD1E3F0F93243F185C6B3FF08B443F0B04D53F127B923F597E413F7883703FD2B35F3F6029D93FAA87183F58A45C3F6E93B53E4B88993D8645893FE7A59B3F4D5EC73EDC8E1740B2EE563EA85E373F109B1A3FAF38DD3F5595D63FE40B463F5266663F7D7CB03E9856043E54C4083F623D463F4F4ABE3FCA88BB3F8BA3043F0CAA0D3F74D2993E58AF5D3EE0D22A3E575B054004DEF03EF7EDFE3E57AB803E7CEB933F02F0393E14A9173FC057AF3ED5BA673F53A5F03EF71C893E20DD2D3F4A196E3FF9193A3F22145B3FF3D5D93ED833073F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_softsign() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Softsign(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xE361233FA853923ECC3FFD3E6A02313FB6B9263FE30EFDBEA372F93E679D06BE329DBFBD9408953EDFED003E30B1173F2843DD3EC228DE3D52659D3E2319803E5E5B193FAF512EBE9825743EC8DAEBBEB0F237BF4160CA3EDB62ED3EE01CDABEE8B4313F31B217BFCD39333D5F7421BEDEEC1A3F5154183F2B61093EA87D8C3E65C8F0BEEE1D2ABF3E2784BE45740A3E7D370D3F1AC30B3FE6F18EBE54B36DBEA30803BF363716BFA56721BF3F3E293F5BD9ACBEE4F79BBE085D0EBF14F4DF3EDD0F1EBF99A133BEBEE1F1BEFFD48E3E9C1BADBE559A0ABF6F8AE0BC378A993E40767F3D79CD6D3E63B8C6BE644988BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sqrt() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7A3FFF38733F62FD1A3E6864D33DF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F0215523E694AA03E05A65A3F2F6423408C53273FB14B5D3F87FE3D3FA9431140A828BA3F486D3B3D20AD3F3E1C32C43FF313BC3F8AAA1E3E859EC13EED45633FBD8AFD3F8B21B23EF219203E2A7A9D3F95E7993FB34FC63E6DC79A3EFC36863F26C3B53F1067DA3F02B3F93F9178023F464BE03E995BA03F9C09473F3494CE3F97D8593E4C3D653F1618C63E20C4023FF51E973F6BDEE63C514EDB3E2E3A883D99DD9A3EEF62223F36B9B93E"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Sqrt(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xAF01AA3FC0F0213F8B437D3F6E9CBF3F4CECAE3F2A137D3F9187793F1B31C73E687EA43E220A243FDA51C23E005C9A3FF4535F3F7798B23E178E2A3F94E0133F28759C3F47E8E73E003D0F3F9A966C3FF784CC3FAEF74E3F23046E3F9C8A5C3F4DD7C03F415D9A3FDA0B5B3EF983DD3E93789E3F6C289B3F598AC93E506D1D3F9535713FF025B43FCEFF163F2A73CA3EC3F98D3F1F5B8C3FB7521F3F0CC10C3F1012833FD387983FF732A73F1EC7B23F1BC2363F6E70293FAE448F3FA4BA613F3B9CA23F5C27EC3E2040723F5E3C1F3FFEF6363FB2148B3F97E72B3E648B273FB10C843E20CB0C3FB7E34B3F052F1A3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_tan() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Tan(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x5284A3C0A590D83EB152BE3F3D88A1BFF94A51C066B9BDBFC406B33F2D2F1CBE6A25D4BD46E5DE3E7F87143EAAB008415BD2733F706DFA3DDE75F33E357AB13E1A2650417A1455BEC1BDA53E73EA92BF84E32A3FFC13443F2005963FEFC46ABFE34998BFA5CC08C1CC8E3B3D5DF241BE8854D241F2301D41C2F21F3EC468CB3EB4509DBF5140134021AFB9BE366B213E86A23440EBC82540A8DCD0BE44AC9FBEEC65DEBF0D9FD2C0D4C2EA40B93E20C037140FBF14D6EFBE526D42C09FFB7B3F597EB94170315DBE98CE9FBFCD9BD03E70770FBFD59F1BC012EEE6BCF2C7E93EB46D883D98C49F3E785A3CBF7F52C2BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_tanh() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Tanh(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x6D65713F4D9AC23E17A5403FBF457A3F3310743F8A7B40BF0B653D3F25D119BE08A5D2BD7D28C73E267D123E4C83653FA745243FCAF7F73D416CD53E64C5A43E4D71673FF42E4FBE5A409B3EC37531BF70EA7CBF47F8123F46D3323F446521BF1E977A3F7C8465BFD24B3B3DF4773DBEAD30693FB042663F90681D3E80E3B83E1CD635BFEE6F76BF8E46ABBE37CF1E3ECEB8573FDE99553F92F4BCBEF43A96BE8DFF47BF01BD63BF09AA6FBF71DB753F2379F0BED1F7D2BE5E5C59BF3BB9263FD4796CBF379E56BE29CE36BF86C4BC3EDAEEF0BEEDE053BFC7CEE6BC6ECFCE3ED606883D374F963E159F0FBF11FCB1BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_thresholdedrelu() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.ThresholdedRelu(%i0) {alpha = 0x40000000 : f32} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x000000000000000000000000CB6A0F400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000A94311400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_thresholdedrelu_default() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.ThresholdedRelu(%i0) {} : (tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F0000000000000000CB6A0F40240CEF3F000000000000000000000000000000000000000000000000A225BA3F00000000000000000000000000000000FC3DBF3F00000000000000000000000000000000000000000000000000000000A94311400000000000000000000000001C32C43FF313BC3F0000000000000000000000000000000000000000000000002A7A9D3F95E7993F000000000000000000000000000000000000000002B3F93F00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_squeeze() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<1x3x4x5xf32>} : () -> tensor<1x3x4x5xf32>
  %i1 = onnx.Constant {value = dense<[0]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Squeeze(%i0, %i1) {} : (tensor<1x3x4x5xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_unsqueeze_axis_0() -> (tensor<*xf32>, tensor<1x3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<[0]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Unsqueeze(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<1x3x4x5xf32>} : () -> tensor<1x3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x3x4x5xf32>
}

func.func @test_unsqueeze_axis_1() -> (tensor<*xf32>, tensor<3x1x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Unsqueeze(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x1x4x5xf32>} : () -> tensor<3x1x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x1x4x5xf32>
}

func.func @test_add_bcast() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Add(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x49B98B3F7050263DE090293E84BD033F05E10240A02AD3BF522D173FB4E976BF1A2DEABFC988163F544607BFCC1F8C3FD06F55BDC863CDBFD20C1F3F5F75ADBE2638913FCE5782BF3AE4B4BF383A2DBFC66D4EC0BE8F963E6015523D0CFB1DC09C9E1C40EC1D08C0B1A9A0BED20A80BFC02546BED9C9D23FBC7B04BFB072983C24B8D9BFC8406DC0E3932EBEE21F04BFA7E85E3F9E49C73E604507C04EBFFFBD2B4ADCBFFCC8E3BF1F3E21C070E1653E8819AABE00268EBF7061CEBFF00B12BD84C555C090A510BDD5B1C8BFC00BE03C3E77A9BFE40A3AC066D3183ED6FC79BECE0896BE8EBB02BF261417C039C33DBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_and_bcast3v1d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, false, true], [true, true, true, true, true], [true, true, false, true, false]], [[false, true, true, false, true], [false, true, false, true, true], [true, true, false, false, false], [true, true, true, false, false]], [[false, false, false, true, false], [false, false, true, false, false], [false, true, false, false, false], [true, true, true, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[false, false, false, false, true]> : tensor<5xi1>} : () -> tensor<5xi1>
  %r:1 = onnx.And(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, true], [false, false, false, false, true], [false, false, false, false, true], [false, false, false, false, false]], [[false, false, false, false, true], [false, false, false, false, true], [false, false, false, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_bitwise_and_ui64_bcast_3v1d() -> (tensor<*xui64>, tensor<3x4x5xui64>) {
  %i0 = onnx.Constant {value = dense<[[[1791095845, 2135392491, 946286476, 1857819720, 491263], [550290313, 1298508491, 2143362693, 630311759, 1013994432], [396591248, 1703301249, 799981516, 1666063943, 1484172013], [729053692, 1704103302, 1870626073, 166716594, 1487394068]], [[1800426750, 1345499493, 795511698, 105433556, 878115723], [1904615676, 1624002026, 986026652, 117628829, 147806606], [732152370, 1777953348, 1792310487, 1963679703, 252070889], [1849836273, 602957303, 1886039518, 850839392, 1195672662]], [[1291688077, 927586281, 2011168137, 1300333575, 1346146623], [398576445, 826019350, 77964601, 1616579073, 1567750016], [1694822716, 1413675217, 365262088, 1415635672, 167739021], [1172740723, 729416111, 254447594, 1624109689, 732412360]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  %i1 = onnx.Constant {value = dense<[1791095845, 2135392491, 946286476, 1857819720, 491263]> : tensor<5xui64>} : () -> tensor<5xui64>
  %r:1 = onnx.BitwiseAnd(%i0, %i1) {} : (tensor<3x4x5xui64>, tensor<5xui64>) -> (tensor<*xui64>)
  %e0 = onnx.Constant {value = dense<[[[1791095845, 2135392491, 946286476, 1857819720, 491263], [549502977, 1296400587, 943787652, 613417032, 21184], [42041344, 1694892161, 673591180, 1644958784, 404205], [708866084, 1694662786, 677850376, 145490944, 480276]], [[1782600740, 1342341217, 677514112, 101187648, 424587], [1619009572, 1615069418, 944046732, 100668424, 481422], [713146400, 1765867584, 675556484, 1678251072, 412393], [1782595617, 591397091, 811740556, 582222912, 263254]], [[1220644869, 927039721, 809971080, 1283458048, 266303], [46252069, 822345730, 2434312, 1612185600, 95872], [1610674212, 1413644481, 272966920, 1142947912, 491149], [1086361633, 725745835, 136449928, 1619791944, 473288]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  return %r#0, %e0 : tensor<*xui64>, tensor<3x4x5xui64>
}

func.func @test_bitwise_or_ui64_bcast_3v1d() -> (tensor<*xui64>, tensor<3x4x5xui64>) {
  %i0 = onnx.Constant {value = dense<[[[1791095845, 2135392491, 946286476, 1857819720, 491263], [550290313, 1298508491, 2143362693, 630311759, 1013994432], [396591248, 1703301249, 799981516, 1666063943, 1484172013], [729053692, 1704103302, 1870626073, 166716594, 1487394068]], [[1800426750, 1345499493, 795511698, 105433556, 878115723], [1904615676, 1624002026, 986026652, 117628829, 147806606], [732152370, 1777953348, 1792310487, 1963679703, 252070889], [1849836273, 602957303, 1886039518, 850839392, 1195672662]], [[1291688077, 927586281, 2011168137, 1300333575, 1346146623], [398576445, 826019350, 77964601, 1616579073, 1567750016], [1694822716, 1413675217, 365262088, 1415635672, 167739021], [1172740723, 729416111, 254447594, 1624109689, 732412360]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  %i1 = onnx.Constant {value = dense<[1791095845, 2135392491, 946286476, 1857819720, 491263]> : tensor<5xui64>} : () -> tensor<5xui64>
  %r:1 = onnx.BitwiseOr(%i0, %i1) {} : (tensor<3x4x5xui64>, tensor<5xui64>) -> (tensor<*xui64>)
  %e0 = onnx.Constant {value = dense<[[[1791095845, 2135392491, 946286476, 1857819720, 491263], [1791883181, 2137500395, 2145861517, 1874714447, 1014464511], [2145645749, 2143801579, 1072676812, 1878924879, 1484259071], [1811283453, 2144833007, 2139062173, 1879045370, 1487405055]], [[1808921855, 2138550767, 1064284062, 1862065628, 878182399], [2076701949, 2144325099, 988266396, 1874780125, 147816447], [1810101815, 2147478255, 2063040479, 2143248351, 252149759], [1858336501, 2146952703, 2020585438, 2126436200, 1195900671]], [[1862139053, 2135939051, 2147483533, 1874695247, 1346371583], [2143420221, 2139066111, 1021816765, 1862213193, 1568145407], [1875244349, 2135423227, 1038581644, 2130507480, 167739135], [1877474935, 2139062767, 1064284142, 1862137465, 732430335]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  return %r#0, %e0 : tensor<*xui64>, tensor<3x4x5xui64>
}

func.func @test_bitwise_xor_ui64_bcast_3v1d() -> (tensor<*xui64>, tensor<3x4x5xui64>) {
  %i0 = onnx.Constant {value = dense<[[[1791095845, 2135392491, 946286476, 1857819720, 491263], [550290313, 1298508491, 2143362693, 630311759, 1013994432], [396591248, 1703301249, 799981516, 1666063943, 1484172013], [729053692, 1704103302, 1870626073, 166716594, 1487394068]], [[1800426750, 1345499493, 795511698, 105433556, 878115723], [1904615676, 1624002026, 986026652, 117628829, 147806606], [732152370, 1777953348, 1792310487, 1963679703, 252070889], [1849836273, 602957303, 1886039518, 850839392, 1195672662]], [[1291688077, 927586281, 2011168137, 1300333575, 1346146623], [398576445, 826019350, 77964601, 1616579073, 1567750016], [1694822716, 1413675217, 365262088, 1415635672, 167739021], [1172740723, 729416111, 254447594, 1624109689, 732412360]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  %i1 = onnx.Constant {value = dense<[1791095845, 2135392491, 946286476, 1857819720, 491263]> : tensor<5xui64>} : () -> tensor<5xui64>
  %r:1 = onnx.BitwiseXor(%i0, %i1) {} : (tensor<3x4x5xui64>, tensor<5xui64>) -> (tensor<*xui64>)
  %e0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [1242380204, 841099808, 1202073865, 1261297415, 1014443327], [2103604405, 448909418, 399085632, 233966095, 1483854866], [1102417369, 450170221, 1461211797, 1733554426, 1486924779]], [[26321115, 796209550, 386769950, 1760877980, 877757812], [457692377, 529255681, 44219664, 1774111701, 147335025], [1096955415, 381610671, 1387483995, 464997279, 251737366], [75740884, 1555555612, 1208844882, 1544213288, 1195637417]], [[641494184, 1208899330, 1337512453, 591237199, 1346105280], [2097168152, 1316720381, 1019382453, 250027593, 1568049535], [264570137, 721778746, 765614724, 987559568, 167247986], [791113302, 1413316932, 927834214, 242345521, 731957047]]]> : tensor<3x4x5xui64>} : () -> tensor<3x4x5xui64>
  return %r#0, %e0 : tensor<*xui64>, tensor<3x4x5xui64>
}

func.func @test_div_bcast() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0xECE7A53F78328F3FACB3A83F9206B53FFC35883F"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Div(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x6435AE3F1623B73E381B3E3FBED0CA3F33A3E03F8C0541BFF968593F3E31EBBDBD7895BDCA8DC53E8B99E33D4764A63F30D2133FB532B03D098FD53EC6CE833E33F2AA3F89651FBE64AD623EDF774DBFAF1EFCBF8591153FA0E7273F6E5706BFF781084022A08FBF2789273D776E11BEFBB98A3F90BDB03F27D4F43D2712AD3EAA702CBF6446B3BFA764A7BE130BF73DBAC38C3FB08B693FEE388CBEE77291BE64194FBFEB78A2BFAFB5A5BFD08EB03F5236F5BE340CADBEE6568FBF4A04173F791192BFD3B64CBEF8DC30BF2512B13E056FC6BEB5B555BFB0F3D8BC0133A93E258A733D02016B3E1FA4E5BE2887AEBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_equal_bcast() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[17, 4, 9, 22, 18], [-9, 9, -1, -1, 4], [1, 14, 7, 1, 4], [3, 14, -2, 3, -8]], [[-25, 6, 8, -7, 22], [-14, 0, -1, 15, 14], [1, 3, -8, -19, -3], [1, 12, 12, -3, -3]], [[-10, -14, -17, 19, -5], [-4, -12, 7, -16, -2], [-8, 3, -5, -11, 0], [4, 0, 3, -6, -3]]]> : tensor<3x4x5xi32>} : () -> tensor<3x4x5xi32>
  %i1 = onnx.Constant {value = dense<[-6, -3, -8, -17, 1]> : tensor<5xi32>} : () -> tensor<5xi32>
  %r:1 = onnx.Equal(%i0, %i1) {} : (tensor<3x4x5xi32>, tensor<5xi32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, true, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater_bcast() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Greater(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, true, true, true], [true, true, true, true, true], [true, true, true, true, false]], [[false, true, true, true, true], [false, true, true, true, true], [true, true, false, false, false], [true, true, true, true, false]], [[false, false, false, true, false], [true, false, true, true, false], [false, true, true, true, false], [true, true, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater_equal_bcast() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.GreaterOrEqual(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, true, true, true], [true, true, true, true, true], [true, true, true, true, false]], [[false, true, true, true, true], [false, true, true, true, true], [true, true, false, false, false], [true, true, true, true, false]], [[false, false, false, true, false], [true, false, true, true, false], [false, true, true, true, false], [true, true, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less_bcast() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Less(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [true, false, false, false, false], [false, false, false, false, false], [false, false, false, false, true]], [[true, false, false, false, false], [true, false, false, false, false], [false, false, true, true, true], [false, false, false, false, true]], [[true, true, true, false, true], [false, true, false, false, true], [true, false, false, false, true], [false, false, false, false, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less_equal_bcast() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.LessOrEqual(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [true, false, false, false, false], [false, false, false, false, false], [false, false, false, false, true]], [[true, false, false, false, false], [true, false, false, false, false], [false, false, true, true, true], [false, false, false, false, true]], [[true, true, true, false, true], [false, true, false, false, true], [true, false, false, false, true], [false, false, false, false, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_mul_bcast() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Mul(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x38D797BFB35413BE4CBD4BBF1C9477C02EA7A93EFF3C283F27E7AEBE090FFC3D1B76363EDC32953D6C60C6BD07DC05BFF86B1EBF281657BE3949A13D9AC465BEFF8509BFD4D32A3E7E5A0ABF052D1BBE99BFDB3FA0A670BE1DF233BFECFDA33F8130CE3E6F5E7A3FA4C786BC61DC1B3E3B5829C0D27A853EB964D5BD993B0BBE6BCE383FB0D75A403FD77CBDDA52D7BD577CE2BE404B7ABFB32B2B3FDAB15BBD1E82343FD8B4023FE097B13F978657C01231B9BD31D4963EEDA0E63EBDD821BF8A4E3240399B1ABD8A271A3F62730EBEF9A9D43E4F70024042D9A3BB7D7993BE7CECC3BC57DB7BBE97298C3F0ECF83BD"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_or_bcast3v1d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, false, true], [true, true, true, true, true], [true, true, false, true, false]], [[false, true, true, false, true], [false, true, false, true, true], [true, true, false, false, false], [true, true, true, false, false]], [[false, false, false, true, false], [false, false, true, false, false], [false, true, false, false, false], [true, true, true, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[false, false, false, false, true]> : tensor<5xi1>} : () -> tensor<5xi1>
  %r:1 = onnx.Or(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, false, true], [true, true, true, true, true], [true, true, false, true, true]], [[false, true, true, false, true], [false, true, false, true, true], [true, true, false, false, true], [true, true, true, false, true]], [[false, false, false, true, true], [false, false, true, false, true], [false, true, false, false, true], [true, true, true, false, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_prelu_broadcast() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.PRelu(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FFF3C283FFF38733F090FFC3D1B76363EF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3FD4D32A3E694AA03E052D1BBE99BFDB3F8C53273FB14B5D3FECFDA33FA94311406F5E7A3F486D3B3D61DC1B3E1C32C43FF313BC3F8AAA1E3E859EC13E6BCE383FB0D75A403FD77CBDF219203E2A7A9D3F95E7993FB32B2B3FDAB15BBD1E82343FD8B4023FE097B13F02B3F93F1231B9BD31D4963EEDA0E63E9C09473F8A4E3240399B1ABD8A271A3F1618C63EF9A9D43E4F70024042D9A3BB514EDB3E2E3A883D99DD9A3E97298C3F0ECF83BD"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sub_bcast() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E"> : tensor<5xf32>} : () -> tensor<5xf32>
  %r:1 = onnx.Sub(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD4EF1B40617C423F775CE53F35E67D403E56D83F08119CBE56A2A73F026B293F8EC0CF3FBDC46E3E6806513F782BE83FDC7EC93FE089EC3F726A883E06C9803FD243ED3F1AA51B3FB7840240E90884BF2FB5F0BF9CAF813F06BBD63F21EF7B3FB6E80540F22A48BF0385CF3E133F203F789450400D5EA53F00D1533FF0DA3C3F90DC98BDA44F82BE927C06BFDA2C543F0080CB3F61FE0040E762AB3F069FF5BE348FC0BE50BD87BFC5A364BFEB546B405EE42FBFEC02703E85AB64BFFC99CB3F002AE63DE5C3C7BEB85B64BEB8173F3F76CC9A3EBEAF0B3F008B52BEC3E68C3FE625DA3E94CC8E3F5CC58B3F68480ABF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_xor_bcast3v1d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, false, true], [true, true, true, true, true], [true, true, false, true, false]], [[false, true, true, false, true], [false, true, false, true, true], [true, true, false, false, false], [true, true, true, false, false]], [[false, false, false, true, false], [false, false, true, false, false], [false, true, false, false, false], [true, true, true, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[false, false, false, false, true]> : tensor<5xi1>} : () -> tensor<5xi1>
  %r:1 = onnx.Xor(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, false], [false, true, false, false, false], [true, true, true, true, false], [true, true, false, true, true]], [[false, true, true, false, false], [false, true, false, true, false], [true, true, false, false, true], [true, true, true, false, true]], [[false, false, false, true, true], [false, false, true, false, true], [false, true, false, false, true], [true, true, true, false, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_and_bcast3v2d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[false, false, true, false, true], [true, true, true, false, true], [false, false, false, false, true], [false, true, true, false, true]], [[true, true, false, false, true], [false, true, true, true, true], [true, true, true, true, true], [true, false, false, true, false]], [[true, false, false, true, true], [true, true, false, true, false], [true, true, false, true, true], [true, false, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[[false, false, true, true, true], [false, true, false, true, false], [true, true, false, true, false], [false, true, true, true, true]]> : tensor<4x5xi1>} : () -> tensor<4x5xi1>
  %r:1 = onnx.And(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<4x5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, true, false, true], [false, true, false, false, false], [false, false, false, false, false], [false, true, true, false, true]], [[false, false, false, false, true], [false, true, false, true, false], [true, true, false, true, false], [false, false, false, true, false]], [[false, false, false, true, true], [false, true, false, true, false], [true, true, false, true, false], [false, false, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_or_bcast3v2d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[false, false, true, false, true], [true, true, true, false, true], [false, false, false, false, true], [false, true, true, false, true]], [[true, true, false, false, true], [false, true, true, true, true], [true, true, true, true, true], [true, false, false, true, false]], [[true, false, false, true, true], [true, true, false, true, false], [true, true, false, true, true], [true, false, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[[false, false, true, true, true], [false, true, false, true, false], [true, true, false, true, false], [false, true, true, true, true]]> : tensor<4x5xi1>} : () -> tensor<4x5xi1>
  %r:1 = onnx.Or(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<4x5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, true, true, true], [true, true, true, true, true], [true, true, false, true, true], [false, true, true, true, true]], [[true, true, true, true, true], [false, true, true, true, true], [true, true, true, true, true], [true, true, true, true, true]], [[true, false, true, true, true], [true, true, false, true, false], [true, true, false, true, true], [true, true, true, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_xor_bcast3v2d() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[false, false, true, false, true], [true, true, true, false, true], [false, false, false, false, true], [false, true, true, false, true]], [[true, true, false, false, true], [false, true, true, true, true], [true, true, true, true, true], [true, false, false, true, false]], [[true, false, false, true, true], [true, true, false, true, false], [true, true, false, true, true], [true, false, true, true, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  %i1 = onnx.Constant {value = dense<[[false, false, true, true, true], [false, true, false, true, false], [true, true, false, true, false], [false, true, true, true, true]]> : tensor<4x5xi1>} : () -> tensor<4x5xi1>
  %r:1 = onnx.Xor(%i0, %i1) {} : (tensor<3x4x5xi1>, tensor<4x5xi1>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, true, false], [true, false, true, true, true], [true, true, false, true, true], [false, false, false, true, false]], [[true, true, true, true, false], [false, false, true, false, true], [false, false, true, false, true], [true, true, true, false, true]], [[true, false, true, false, false], [true, false, false, false, false], [false, false, false, false, true], [true, true, false, false, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_tensorscatter_3d() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000A0400000C0400000E0400000004100001041000000410000E0400000C0400000A040000080400000A0400000804000004040000000400000803F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x00008040000080400000804000008040000080400000A0400000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000C0400000E0400000E0400000E0400000E0400000E04000000040000000400000004000000040000000400000404000004040000040400000404000004040"> : tensor<3x2x5xf32>} : () -> tensor<3x2x5xf32>
  %i2 = onnx.Constant {value = dense<[1, 2, 0]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.TensorScatter(%i0, %i1, %i2) {} : (tensor<3x4x5xf32>, tensor<3x2x5xf32>, tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A04000008040000080400000804000008040000080400000A0400000A0400000A0400000A0400000A0400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000A0400000C0400000E04000000041000010410000C0400000C0400000C0400000C0400000C0400000E0400000E0400000E0400000E0400000E04000000040000000400000004000000040000000400000404000004040000040400000404000004040000000410000E0400000C0400000A040000080400000A0400000804000004040000000400000803F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_scatternd() -> (tensor<*xf32>, tensor<4x4x4xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0000803F0000004000004040000080400000A0400000C0400000E04000000041000000410000E0400000C0400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000C0400000E04000000041000000410000E0400000C0400000A0400000804000004040000000400000803F000000410000E0400000C0400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000C0400000E04000000041000000410000E0400000C0400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000C0400000E04000000041"> : tensor<4x4x4xf32>} : () -> tensor<4x4x4xf32>
  %i1 = onnx.Constant {value = dense<[[0], [2]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64>
  %i2 = onnx.Constant {value = dense<"0x0000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000E0400000E0400000E0400000E040000000410000004100000041000000410000803F0000803F0000803F0000803F000000400000004000000040000000400000404000004040000040400000404000008040000080400000804000008040"> : tensor<2x4x4xf32>} : () -> tensor<2x4x4xf32>
  %r:1 = onnx.ScatterND(%i0, %i1, %i2) {} : (tensor<4x4x4xf32>, tensor<2x1xi64>, tensor<2x4x4xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000E0400000E0400000E0400000E040000000410000004100000041000000410000803F0000004000004040000080400000A0400000C0400000E04000000041000000410000E0400000C0400000A0400000804000004040000000400000803F0000803F0000803F0000803F0000803F000000400000004000000040000000400000404000004040000040400000404000008040000080400000804000008040000000410000E0400000C0400000A0400000804000004040000000400000803F0000803F0000004000004040000080400000A0400000C0400000E04000000041"> : tensor<4x4x4xf32>} : () -> tensor<4x4x4xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<4x4x4xf32>
}

func.func @test_add() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Add(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x49B98B3F7050263DE090293E84BD033F05E102400085B0BFAF1B2EBF1B739F3EA15881BF8ED2EC3EB8855F3F25A8CA3F9141F33FBA7B8EBFE2A0583F11C8B3BE688F1F3FBEB448BF0099C63A2B454CBF00F66DC00EF8C63FAC40AA3F73D111C02F8370405C0FE23EAABD9C3FACF5BBBEC08EEC3E1C862140E02F7EBEB5E0CC3F6BF42DBF3B8880BFA0830A3C78E85C3F3BD29E3F7E3F3F40145585BE8028CC3D32A8553F422331C028833EC01AE43A403065D7BFC2B5C03F104DD5BF200DF63C0C3B9E3E6F46A23F0CDB783F4B7FA53FB49EAFBF1ABC3A3FA4A597BE788A9D3F30C3813F3B00173E20D4A5BC22390F3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_add_int16() -> (tensor<*xi16>, tensor<3x4x5xi16>) {
  %i0 = onnx.Constant {value = dense<[[[18, 21, 0, 1, 12], [15, 2, 3, 2, 2], [19, 1, 9, 5, 7], [8, 18, 19, 4, 0]], [[5, 11, 15, 2, 4], [5, 19, 4, 21, 8], [17, 16, 22, 22, 8], [20, 1, 6, 17, 16]], [[9, 3, 1, 5, 8], [5, 20, 4, 6, 16], [13, 8, 3, 11, 7], [12, 3, 18, 1, 4]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[23, 17, 9, 1, 8], [18, 17, 2, 17, 20], [2, 18, 5, 10, 5], [12, 2, 12, 15, 21]], [[19, 2, 14, 15, 1], [23, 21, 7, 7, 21], [11, 22, 17, 21, 17], [2, 6, 17, 7, 9]], [[18, 3, 21, 11, 20], [19, 17, 9, 1, 17], [14, 7, 21, 23, 9], [11, 12, 18, 5, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.Add(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi16>)
  %e0 = onnx.Constant {value = dense<[[[41, 38, 9, 2, 20], [33, 19, 5, 19, 22], [21, 19, 14, 15, 12], [20, 20, 31, 19, 21]], [[24, 13, 29, 17, 5], [28, 40, 11, 28, 29], [28, 38, 39, 43, 25], [22, 7, 23, 24, 25]], [[27, 6, 22, 16, 28], [24, 37, 13, 7, 33], [27, 15, 24, 34, 16], [23, 15, 36, 6, 4]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  return %r#0, %e0 : tensor<*xi16>, tensor<3x4x5xi16>
}

func.func @test_bitwise_and_i16_3d() -> (tensor<*xi16>, tensor<3x4x5xi16>) {
  %i0 = onnx.Constant {value = dense<[[[29733, 235, -20596, -27576, -257], [17289, 10955, -24955, 19279, -11328], [144, -12159, 16332, -25017, 10989], [-1540, 3462, -743, 25778, 21780]], [[-11010, 12645, 2962, 18900, 31627], [-24324, -12822, 4764, 24477, -9842], [16946, -5564, -809, -8233, -13335], [-15631, -6665, 11742, 18272, 1110]], [[6285, 22505, 32137, 1031, 4415], [19261, -29162, 9529, -30207, 30592], [28988, 30929, -2808, 25304, -371], [6771, -32337, 4074, 29305, 14792]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[29733, 235, -20596, -27576, -257], [17289, 10955, -24955, 19279, -11328], [144, -12159, 16332, -25017, 10989], [-1540, 3462, -743, 25778, 21780]], [[-11010, 12645, 2962, 18900, 31627], [-24324, -12822, 4764, 24477, -9842], [16946, -5564, -809, -8233, -13335], [-15631, -6665, 11742, 18272, 1110]], [[6285, 22505, 32137, 1031, 4415], [19261, -29162, 9529, -30207, 30592], [28988, 30929, -2808, 25304, -371], [6771, -32337, 4074, 29305, 14792]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.BitwiseAnd(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi16>)
  %e0 = onnx.Constant {value = dense<[[[29733, 235, -20596, -27576, -257], [17289, 10955, -24955, 19279, -11328], [144, -12159, 16332, -25017, 10989], [-1540, 3462, -743, 25778, 21780]], [[-11010, 12645, 2962, 18900, 31627], [-24324, -12822, 4764, 24477, -9842], [16946, -5564, -809, -8233, -13335], [-15631, -6665, 11742, 18272, 1110]], [[6285, 22505, 32137, 1031, 4415], [19261, -29162, 9529, -30207, 30592], [28988, 30929, -2808, 25304, -371], [6771, -32337, 4074, 29305, 14792]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  return %r#0, %e0 : tensor<*xi16>, tensor<3x4x5xi16>
}

func.func @test_bitwise_xor_i16_3d() -> (tensor<*xi16>, tensor<3x4x5xi16>) {
  %i0 = onnx.Constant {value = dense<[[[29733, 235, -20596, -27576, -257], [17289, 10955, -24955, 19279, -11328], [144, -12159, 16332, -25017, 10989], [-1540, 3462, -743, 25778, 21780]], [[-11010, 12645, 2962, 18900, 31627], [-24324, -12822, 4764, 24477, -9842], [16946, -5564, -809, -8233, -13335], [-15631, -6665, 11742, 18272, 1110]], [[6285, 22505, 32137, 1031, 4415], [19261, -29162, 9529, -30207, 30592], [28988, 30929, -2808, 25304, -371], [6771, -32337, 4074, 29305, 14792]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[29733, 235, -20596, -27576, -257], [17289, 10955, -24955, 19279, -11328], [144, -12159, 16332, -25017, 10989], [-1540, 3462, -743, 25778, 21780]], [[-11010, 12645, 2962, 18900, 31627], [-24324, -12822, 4764, 24477, -9842], [16946, -5564, -809, -8233, -13335], [-15631, -6665, 11742, 18272, 1110]], [[6285, 22505, 32137, 1031, 4415], [19261, -29162, 9529, -30207, 30592], [28988, 30929, -2808, 25304, -371], [6771, -32337, 4074, 29305, 14792]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.BitwiseXor(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi16>)
  %e0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  return %r#0, %e0 : tensor<*xi16>, tensor<3x4x5xi16>
}

func.func @test_equal() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[17, 4, 9, 22, 18], [-9, 9, -1, -1, 4], [1, 14, 7, 1, 4], [3, 14, -2, 3, -8]], [[-25, 6, 8, -7, 22], [-14, 0, -1, 15, 14], [1, 3, -8, -19, -3], [1, 12, 12, -3, -3]], [[-10, -14, -17, 19, -5], [-4, -12, 7, -16, -2], [-8, 3, -5, -11, 0], [4, 0, 3, -6, -3]]]> : tensor<3x4x5xi32>} : () -> tensor<3x4x5xi32>
  %i1 = onnx.Constant {value = dense<[[[-6, -3, -8, -17, 1], [-4, -16, 4, -9, 0], [7, 1, 11, -12, 4], [-6, -8, -5, -3, 0]], [[-11, 9, 4, -15, 14], [18, 11, -1, -10, 10], [-4, 12, 2, 9, 3], [7, 0, 17, 1, 4]], [[18, -13, -12, 9, -11], [19, -4, -7, 19, 14], [18, 9, -8, 19, -2], [8, 9, -1, 6, 9]]]> : tensor<3x4x5xi32>} : () -> tensor<3x4x5xi32>
  %r:1 = onnx.Equal(%i0, %i1) {} : (tensor<3x4x5xi32>, tensor<3x4x5xi32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, true], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, true, false, false], [false, false, false, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_equal_int16() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[-6, -3, -1, -2, -3], [-16, 11, 10, -8, -14], [5, -5, 1, -3, 6], [6, -7, -13, -15, 6]], [[-11, -5, -5, 0, -19], [1, 5, 0, -3, 0], [3, -27, 19, 3, -6], [-3, 4, -1, -20, 20]], [[-1, 10, -6, 15, 2], [6, -10, 12, 6, 13], [-6, -4, 23, -10, -1], [11, 0, 5, -3, 3]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[-13, 16, -1, -6, 6], [-4, -13, -13, 6, -1], [-1, 10, -11, -7, -3], [0, 0, -2, 0, -1]], [[-7, -8, 2, -8, -11], [-3, -1, 22, -7, 9], [7, -11, 7, -11, -26], [6, -17, 4, -6, 16]], [[10, -4, -6, -12, -4], [-2, -3, 1, 5, 3], [-7, -14, 13, -6, -6], [-5, -18, -4, -4, 6]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.Equal(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, true, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]], [[false, false, true, false, false], [false, false, false, false, false], [false, false, false, false, false], [false, false, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Greater(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, true, true], [false, true, false, true, true], [true, true, true, true, false]], [[false, false, true, true, true], [false, false, false, true, true], [true, false, false, false, false], [false, true, false, false, false]], [[false, false, false, true, true], [false, false, true, false, false], [false, false, true, false, true], [false, false, true, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater_equal() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.GreaterOrEqual(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, true, true, true, true], [false, true, false, true, true], [false, true, false, true, true], [true, true, true, true, false]], [[false, false, true, true, true], [false, false, false, true, true], [true, false, false, false, false], [false, true, false, false, false]], [[false, false, false, true, true], [false, false, true, false, false], [false, false, true, false, true], [false, false, true, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater_equal_int16() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [-1, 1, 1, 0, -1], [0, 0, 0, 0, 0], [0, 0, -1, -1, 0]], [[-1, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, -2, 1, 0, 0], [0, 0, 0, -2, 2]], [[0, 1, 0, 1, 0], [0, -1, 1, 0, 1], [0, 0, 2, -1, 0], [1, 0, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[-1, 1, 0, 0, 0], [0, -1, -1, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, -1], [0, 0, 2, 0, 0], [0, -1, 0, -1, -2], [0, -1, 0, 0, 1]], [[1, 0, 0, -1, 0], [0, 0, 0, 0, 0], [0, -1, 1, 0, 0], [0, -1, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.GreaterOrEqual(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, false, true, true, true], [false, true, true, true, false], [true, false, true, true, true], [true, true, false, false, true]], [[false, true, true, true, true], [true, true, false, true, true], [true, false, true, true, true], [true, true, true, false, true]], [[false, true, true, true, true], [true, false, true, true, true], [true, true, true, false, true], [true, true, true, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_greater_int16() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [-1, 1, 1, 0, -1], [0, 0, 0, 0, 0], [0, 0, -1, -1, 0]], [[-1, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, -2, 1, 0, 0], [0, 0, 0, -2, 2]], [[0, 1, 0, 1, 0], [0, -1, 1, 0, 1], [0, 0, 2, -1, 0], [1, 0, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[-1, 1, 0, 0, 0], [0, -1, -1, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, -1], [0, 0, 2, 0, 0], [0, -1, 0, -1, -2], [0, -1, 0, 0, 1]], [[1, 0, 0, -1, 0], [0, 0, 0, 0, 0], [0, -1, 1, 0, 0], [0, -1, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.Greater(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[true, false, false, false, false], [false, true, true, false, false], [false, false, true, false, false], [false, false, false, false, false]], [[false, false, false, false, false], [false, false, false, false, false], [false, false, true, true, true], [false, true, false, false, true]], [[false, true, false, true, false], [false, false, true, false, true], [false, true, true, false, false], [true, true, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Less(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [true, false, true, false, false], [true, false, true, false, false], [false, false, false, false, true]], [[true, true, false, false, false], [true, true, true, false, false], [false, true, true, true, true], [true, false, true, true, true]], [[true, true, true, false, false], [true, true, false, true, true], [true, true, false, true, false], [true, true, false, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less_equal() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.LessOrEqual(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, false, false, false, false], [true, false, true, false, false], [true, false, true, false, false], [false, false, false, false, true]], [[true, true, false, false, false], [true, true, true, false, false], [false, true, true, true, true], [true, false, true, true, true]], [[true, true, true, false, false], [true, true, false, true, true], [true, true, false, true, false], [true, true, false, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less_equal_int16() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [-1, 1, 1, 0, -1], [0, 0, 0, 0, 0], [0, 0, -1, -1, 0]], [[-1, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, -2, 1, 0, 0], [0, 0, 0, -2, 2]], [[0, 1, 0, 1, 0], [0, -1, 1, 0, 1], [0, 0, 2, -1, 0], [1, 0, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[-1, 1, 0, 0, 0], [0, -1, -1, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, -1], [0, 0, 2, 0, 0], [0, -1, 0, -1, -2], [0, -1, 0, 0, 1]], [[1, 0, 0, -1, 0], [0, 0, 0, 0, 0], [0, -1, 1, 0, 0], [0, -1, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.LessOrEqual(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, true, true, true, true], [true, false, false, true, true], [true, true, false, true, true], [true, true, true, true, true]], [[true, true, true, true, true], [true, true, true, true, true], [true, true, false, false, false], [true, false, true, true, false]], [[true, false, true, false, true], [true, true, false, true, false], [true, false, false, true, true], [false, false, true, true, true]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_less_int16() -> (tensor<*xi1>, tensor<3x4x5xi1>) {
  %i0 = onnx.Constant {value = dense<[[[0, 0, 0, 0, 0], [-1, 1, 1, 0, -1], [0, 0, 0, 0, 0], [0, 0, -1, -1, 0]], [[-1, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, -2, 1, 0, 0], [0, 0, 0, -2, 2]], [[0, 1, 0, 1, 0], [0, -1, 1, 0, 1], [0, 0, 2, -1, 0], [1, 0, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %i1 = onnx.Constant {value = dense<[[[-1, 1, 0, 0, 0], [0, -1, -1, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 0, 0, -1], [0, 0, 2, 0, 0], [0, -1, 0, -1, -2], [0, -1, 0, 0, 1]], [[1, 0, 0, -1, 0], [0, 0, 0, 0, 0], [0, -1, 1, 0, 0], [0, -1, 0, 0, 0]]]> : tensor<3x4x5xi16>} : () -> tensor<3x4x5xi16>
  %r:1 = onnx.Less(%i0, %i1) {} : (tensor<3x4x5xi16>, tensor<3x4x5xi16>) -> (tensor<*xi1>)
  %e0 = onnx.Constant {value = dense<[[[false, true, false, false, false], [true, false, false, false, true], [false, true, false, false, false], [false, false, true, true, false]], [[true, false, false, false, false], [false, false, true, false, false], [false, true, false, false, false], [false, false, false, true, false]], [[true, false, false, false, false], [false, true, false, false, false], [false, false, false, true, false], [false, false, false, false, false]]]> : tensor<3x4x5xi1>} : () -> tensor<3x4x5xi1>
  return %r#0, %e0 : tensor<*xi1>, tensor<3x4x5xi1>
}

func.func @test_mul() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Mul(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x38D797BFB35413BE4CBD4BBF1C9477C02EA7A93EA209C93E2640C6BFFA738FBDBACBBF3D88B9AE3C2615D73D0914403E08FC5D3F78DA19BEE6DE363ED6FC69BE7988A6BF3D36F33D7FC1C7BDCC7C44BD1A603E4065BB163F2119CE3E51F0913F9E305840DE7730C05BEF5C3D04F3093DBD13D2BFB051C63FD5E17FBD58B0EC3E5B573DBE749EF7BF6EEBFDBD243FE23D57A6533C476D0940475849BDC9E0F8BD25BFFCBFC6F8F43F16BD0A40C10EF23FFC0E193FA8F859BF71A7043F85C514BFA19E46C01C43A1BE200FD6BF6A7BB33EFF3CE13E4D5310C0977EF73BC3FBAF3EA30A813DBE0B40BDB46FC7BE8346ABBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_prelu_example() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.PRelu(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FA209C93EFF38733FFA738FBDBACBBF3DF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F3D36F33D694AA03ECC7C44BD1A603E408C53273FB14B5D3F51F0913FA9431140DE7730C0486D3B3D04F3093D1C32C43FF313BC3F8AAA1E3E859EC13E5B573DBE749EF7BF6EEBFDBDF219203E2A7A9D3F95E7993F475849BDC9E0F8BD25BFFCBFC6F8F43F16BD0A4002B3F93FFC0E193FA8F859BF71A7043F9C09473FA19E46C01C43A1BE200FD6BF1618C63EFF3CE13E4D5310C0977EF73B514EDB3E2E3A883D99DD9A3EB46FC7BE8346ABBE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_sub() -> (tensor<*xf32>, tensor<3x4x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %i1 = onnx.Constant {value = dense<"0x5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  %r:1 = onnx.Sub(%i0, %i1) {} : (tensor<3x4x5xf32>, tensor<3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0xD4EF1B40617C423F775CE53F35E67D403E56D83FC45313BF6B2325403E381DBF28D84D3F62A1B73EA4C515BF1FA3A93FCCB8C1BED2A1AD3F90122A3DB35D823F225A17407B54BF3E1CE71F3FDF0669BFBDA4B1BF14247DBE132CCC3EBD484B3F8C10483F946A56C0D60691BF20DDEDBB44A02640B46ED43E3DE10E3FE62258BFB84B8CBFA0463DC09A4B34BF7EDB0CBF19229C3FA65F15BF29A503BF7D4C34BF08A13BC080FC93BD3C1FDFBEA23B7B3F3FD9293FB36D18C043D456BF6831C33F965B62C095BCD8BF69D530C080E604BF526AB33EFCCD45C0AD93753E3F8DBFBED57761BF143BEA3E9ECB9FBF2C79A4BF"> : tensor<3x4x5xf32>} : () -> tensor<3x4x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x5xf32>
}

func.func @test_edge_pad() -> (tensor<*xi32>, tensor<1x3x6x7xi32>) {
  %i0 = onnx.Constant {value = dense<[[[[1, 0, 0, 2, 1], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]], [[-2, 0, 0, 0, 2], [-1, 0, 0, 1, 1], [0, 0, 0, -1, 0], [0, 1, 1, 0, 0]], [[-1, -1, -1, 1, 0], [0, -1, 0, -1, 0], [0, 0, 0, -1, 0], [0, 0, 0, 0, 0]]]]> : tensor<1x3x4x5xi32>} : () -> tensor<1x3x4x5xi32>
  %i1 = onnx.Constant {value = dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>} : () -> tensor<8xi64>
  %no = onnx.None : none
  %r:1 = onnx.Pad(%i0, %i1, %no, %no) {mode = "edge"} : (tensor<1x3x4x5xi32>, tensor<8xi64>, none, none) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[[[1, 1, 0, 0, 2, 1, 1], [1, 1, 0, 0, 2, 1, 1], [0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]], [[-2, -2, 0, 0, 0, 2, 2], [-2, -2, 0, 0, 0, 2, 2], [-1, -1, 0, 0, 1, 1, 1], [0, 0, 0, 0, -1, 0, 0], [0, 0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]], [[-1, -1, -1, -1, 1, 0, 0], [-1, -1, -1, -1, 1, 0, 0], [0, 0, -1, 0, -1, 0, 0], [0, 0, 0, 0, -1, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]]]> : tensor<1x3x6x7xi32>} : () -> tensor<1x3x6x7xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<1x3x6x7xi32>
}

func.func @test_reflect_pad() -> (tensor<*xi32>, tensor<1x3x6x7xi32>) {
  %i0 = onnx.Constant {value = dense<[[[[0, 0, 0, -1, 0], [0, -1, 0, 0, 0], [0, 0, 1, -1, 0], [0, 0, 0, 0, 0]], [[-1, 0, 0, -1, 1], [1, 1, 0, -1, 1], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0]], [[1, -1, -1, 0, -1], [1, 0, 0, 1, 1], [1, 0, 0, 1, 0], [0, 0, 0, 0, 0]]]]> : tensor<1x3x4x5xi32>} : () -> tensor<1x3x4x5xi32>
  %i1 = onnx.Constant {value = dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>} : () -> tensor<8xi64>
  %no = onnx.None : none
  %r:1 = onnx.Pad(%i0, %i1, %no, %no) {mode = "reflect"} : (tensor<1x3x4x5xi32>, tensor<8xi64>, none, none) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[[[-1, 0, -1, 0, 0, 0, 0], [0, 0, 0, 0, -1, 0, -1], [-1, 0, -1, 0, 0, 0, 0], [0, 0, 0, 1, -1, 0, -1], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, -1, 0, -1]], [[1, 1, 1, 0, -1, 1, -1], [0, -1, 0, 0, -1, 1, -1], [1, 1, 1, 0, -1, 1, -1], [1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0]], [[0, 1, 0, 0, 1, 1, 1], [-1, 1, -1, -1, 0, -1, 0], [0, 1, 0, 0, 1, 1, 1], [0, 1, 0, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 1, 0, 1]]]]> : tensor<1x3x6x7xi32>} : () -> tensor<1x3x6x7xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<1x3x6x7xi32>
}

func.func @test_wrap_pad() -> (tensor<*xi32>, tensor<1x3x6x7xi32>) {
  %i0 = onnx.Constant {value = dense<[[[[0, -1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, -1]], [[-1, 0, 0, 0, 2], [0, 0, 1, -1, 0], [0, 1, 0, 0, 0], [0, 1, -1, -1, 0]], [[0, 1, 0, 0, -1], [0, -1, -1, 1, 0], [0, 0, 0, 0, -1], [0, 0, 0, 0, 0]]]]> : tensor<1x3x4x5xi32>} : () -> tensor<1x3x4x5xi32>
  %i1 = onnx.Constant {value = dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>} : () -> tensor<8xi64>
  %no = onnx.None : none
  %r:1 = onnx.Pad(%i0, %i1, %no, %no) {mode = "wrap"} : (tensor<1x3x4x5xi32>, tensor<8xi64>, none, none) -> (tensor<*xi32>)
  %e0 = onnx.Constant {value = dense<[[[[-1, 0, 0, 0, 0, -1, 0], [0, 0, -1, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [-1, 0, 0, 0, 0, -1, 0], [0, 0, -1, 0, 1, 0, 0]], [[0, 0, 1, -1, -1, 0, 0], [2, -1, 0, 0, 0, 2, -1], [0, 0, 0, 1, -1, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 1, -1, -1, 0, 0], [2, -1, 0, 0, 0, 2, -1]], [[0, 0, 0, 0, 0, 0, 0], [-1, 0, 1, 0, 0, -1, 0], [0, 0, -1, -1, 1, 0, 0], [-1, 0, 0, 0, 0, -1, 0], [0, 0, 0, 0, 0, 0, 0], [-1, 0, 1, 0, 0, -1, 0]]]]> : tensor<1x3x6x7xi32>} : () -> tensor<1x3x6x7xi32>
  return %r#0, %e0 : tensor<*xi32>, tensor<1x3x6x7xi32>
}

func.func @test_gather_0() -> (tensor<*xf32>, tensor<3x4x3x2xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3F"> : tensor<5x4x3x2xf32>} : () -> tensor<5x4x3x2xf32>
  %i1 = onnx.Constant {value = dense<[0, 1, 3]> : tensor<3xi64>} : () -> tensor<3xi64>
  %r:1 = onnx.Gather(%i0, %i1) {axis = 0 : i64} : (tensor<5x4x3x2xf32>, tensor<3xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473FE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F"> : tensor<3x4x3x2xf32>} : () -> tensor<3x4x3x2xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<3x4x3x2xf32>
}

func.func @test_flatten_axis0() -> (tensor<*xf32>, tensor<1x120xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<2x3x4x5xf32>} : () -> tensor<2x3x4x5xf32>
  %r:1 = onnx.Flatten(%i0) {axis = 0 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<1x120xf32>} : () -> tensor<1x120xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<1x120xf32>
}

func.func @test_flatten_axis1() -> (tensor<*xf32>, tensor<2x60xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<2x3x4x5xf32>} : () -> tensor<2x3x4x5xf32>
  %r:1 = onnx.Flatten(%i0) {axis = 1 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<2x60xf32>} : () -> tensor<2x60xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x60xf32>
}

func.func @test_flatten_axis2() -> (tensor<*xf32>, tensor<6x20xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<2x3x4x5xf32>} : () -> tensor<2x3x4x5xf32>
  %r:1 = onnx.Flatten(%i0) {axis = 2 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F"> : tensor<6x20xf32>} : () -> tensor<6x20xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<6x20xf32>
}

func.func @test_rotary_embedding_no_position_ids_rotary_dim() -> (tensor<*xf32>, tensor<2x4x3x8xf32>) {
  %i0 = onnx.Constant {value = dense<"0x0B7F0C3FA616373FB34E1A3F777D0B3F48E9D83E5159253F6E0BE03E3C4B643F9AB2763F7252C43E7EAE4A3FA865073F5E6B113FE7F36C3F5A7B913DD970B23D0DA1A53C9326553F4835473F1EB95E3FBB867A3FA8954C3F0647EC3EC3D0473FDD39F23DDDD1233F34CB123ED2D5713FDA97053F924ED43ED573873E2E34463F898CE93EE384113F11ED993C5C1D1E3F4EB21C3F63EF1D3F7999713FC68B2E3F6B11B83EA7C2DF3EF597323FFCAE763D39B12A3FECAE2B3F876E573E4105043ED37FA13E4C38BA3E6AF8113F6190E03E11067D3FDFFCD03DCAE3553E522E253E1B32273F70AF813E49C0EE3EB44A7A3EECC8223E5D0CE23D3705283FD57F0D3EE34C493E8CC9BC3E9D2C523F09DDC63D8F83563F3ECFC43D3FF9793F0DF3EF3E040D7A3F28D71A3F61403D3F6183203D13CC903E9D29F63DB09F973E8527F33DB1CEA23E471AD43EC35F833DDA45313FCB0C113F22E1873E96F3053FE263C03D3B71133F5BE66D3F781BA33E68DB2A3F05F6063E3861373F092D943E84963B3EB625163F95B8A43C6A35543F82DC993B62852D3F7C3E8A3EAD353C3FFD51763F25B97E3E0C7F133F0F90173F1A7F123F836F643E5CE7733F9EEDE43E3DAE583F1311333FA849983E0E55503FCD02CB3EFB8F613F4DCE143F69B9613FC049313F44AA393FCB56003FE6C1743F8BDC243F8703D93E963C1B3F0E3B9D3C04689A3E2201293F0D85943E42361E3F9287DB3EB7B90A3E76B8983E38E9113F7043173FFB06133F2B38273F3DF0263FE1E2DC3E1484653F1231BC3EB029DF3E1755643FBB624E3F0B32343FC143CD3D36636B3F85D8363F70B47F3FFA08193E823D5E3F8C64263E50951D3F5595FD3D1117593F75AC4E3F96B0113F547AD03E6DA78D3DB18A323FBF36E83EA3D8383F3BCB5D3FC7BB793FEE155B3F6EEC3F3C0B4FB83EA9E03A3FB1BF2F3EA862053F83915E3DE4CB4C3E05BB973CC62F4B3F834C653EEFD1B03EBC966D3F8154343F8A69023D96A5283E35191F3F41C5133F2D9A733EA6286F3FDF2C1D3F3B1F093F5704173F47E93A3F41B79F3EA2E3CB3E48E1563E"> : tensor<2x4x3x8xf32>} : () -> tensor<2x4x3x8xf32>
  %i1 = onnx.Constant {value = dense<"0x0B2BCA3C2DBA893DAFEC2D3FF44AE83E415D093F408C653FDA867D3F3E1A5E3E7EBF293F31D2863E492CA93C1A25423F"> : tensor<2x3x2xf32>} : () -> tensor<2x3x2xf32>
  %i2 = onnx.Constant {value = dense<"0x61A93E3E64C2713F33533D3F6B1DFB3E61DF683E033B823EFCAF6D3DDB6BDE3EB6A39F3E9143323FB068C13E07EA373E"> : tensor<2x3x2xf32>} : () -> tensor<2x3x2xf32>
  %no = onnx.None : none
  %r:1 = onnx.RotaryEmbedding(%i0, %i1, %i2, %no) {rotary_embedding_dim = 4 : i64} : (tensor<2x4x3x8xf32>, tensor<2x3x2xf32>, tensor<2x3x2xf32>, none) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<"0x0C1CCABD01D6EEBE82BDEF3DCC48363F48E9D83E5159253F6E0BE03E3C4B643FA8B08D3D88F8AEBDAC12A03F7725DB3E5E6B113FE7F36C3F5A7B913DD970B23D2B1A2ABE9C79063FD322D83EFAEC7D3FBB867A3FA8954C3F0647EC3EC3D0473F95BEC2BC9F5D59BF7762D13C60F82A3FDA97053F924ED43ED573873E2E34463F858E973E606F38BDE041B33E751B0F3F4EB21C3F63EF1D3F7999713FC68B2E3FCC4C0C3DDACBC03EDA84E93ED920293E39B12A3FECAE2B3F876E573E4105043EA67CC9BD7E8CC7BE5D19953D7AF6BE3E11067D3FDFFCD03DCAE3553E522E253E4C75CA3D60A1A2BBACC04C3F68C4703EECC8223E5D0CE23D3705283FD57F0D3EB358A6BD75A29C3E8A70F83E3432393E8F83563F3ECFC43D3FF9793F0DF3EF3EEA87E8BDF05E703BAEE94C3ED6E6123F13CC903E9D29F63DB09F973E8527F33D34A42C3ECE511BBECDB78E3E2371043FCB0C113F22E1873E96F3053FE263C03D9C45723EFEDB293FC0949A3EC8B6553F05F6063E3861373F092D943E84963B3EE761083FDC23183B14DF5A3F17CD1F3C62852D3F7C3E8A3EAD353C3FFD51763F4800A1BCF5B07CBEEBB4F03EAC480D3F836F643E5CE7733F9EEDE43E3DAE583FFDFF95BE7C0F1E3EDCE38F3E834FB53EFB8F613F4DCE143F69B9613FC049313F16AB293F00212FBEB22A7D3F6A05B73E8703D93E963C1B3F0E3B9D3C04689A3EEAEE7A3ED28463BE0E9A1D3F513AA13EB7B90A3E76B8983E38E9113F7043173FA41970BE92F5D53EF5F26B3EF494E33E1484653F1231BC3EB029DF3E1755643F20E74A3F8CB07CBEDD8B153EB355013F85D8363F70B47F3FFA08193E823D5E3FBA988D3D2259DBBE10F4073E92E5263F75AC4E3F96B0113F547AD03E6DA78D3D234784BE3FDF403E03868E3E950E3D3FC7BB793FEE155B3F6EEC3F3C0B4FB83EF854313F16295F3CEAF00E3F67D5B03DE4CB4C3E05BB973CC62F4B3F834C653E9061193C008C633E8B23133FF796273F96A5283E35191F3F41C5133F2D9A733ED66F3BBE7D26B83E4759BA3EDEC10E3F47E93A3F41B79F3EA2E3CB3E48E1563E"> : tensor<2x4x3x8xf32>} : () -> tensor<2x4x3x8xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<2x4x3x8xf32>
}

func.func @test_slice_start_out_of_bounds() -> (tensor<*xf32>, tensor<20x0x5xf32>) {
  %i0 = onnx.Constant {value = dense<"0x78CCE13F68E1CC3E938E7A3FCB6A0F40240CEF3FE22E7ABFFF38733F62FD1ABE6864D3BDF839D23E2880133EA225BA3F5ED3423FC030F93D0B42E33E5DD7AA3EFC3DBF3F021552BE694AA03E05A65ABF2F6423C08C53273FB14B5D3F87FE3DBFA9431140A828BABF486D3B3D20AD3FBE1C32C43FF313BC3F8AAA1E3E859EC13EED4563BFBD8AFDBF8B21B2BEF219203E2A7A9D3F95E7993FB34FC6BE6DC79ABEFC3686BF26C3B5BF1067DABF02B3F93F917802BF464BE0BE995BA0BF9C09473F3494CEBF97D859BE4C3D65BF1618C63E20C402BFF51E97BF6BDEE6BC514EDB3E2E3A883D99DD9A3EEF6222BF36B9B9BE5E262CBF5A17B8BE5B2A50BFD4F6DCBF33AF353E3BB6CDBE57AAD0BFCCF1EC3EB54468BFB2C4543DAEA53A3F1914043EE2D7913FC60E9EBFB9FFCD3EB74F2FBF90EC5EBF7E2F14BFD0839FBEA10D663DA12395BF919C663F4F6BEE3EA2A3C4BF0C7FBE3F7FACF23F40E2963F373E38BE6C0E89BF46F8863F356DCEBE14799C3F0946553E04057A3FA875B63EFBE1343F47082C3C6897E43F3EF5013E8DD1CD3E150BF13F5E83ACBF419FA2BF622A783FE82896BF94C8F83FDEC5D3BE33593FBFF722F63F8281BD3F2C0CEF3F8BF2673F49795CBF027DF43FBD3789BEC86D4D3F1B7F723FF7BA1EBE4E341D3FBD156C3FD9BAC03E2AB98CBFADB2983E03C7A93F33CF31BFCC3919BE72CCDEBEADB4EC3F821B2C3FD69ED03E381945BF3C0C0A3F11A12CBFC260023DCFC622BFBB2A2D3F759B133F454C55BE64C1CA3E71E98BBF87E1BEBFF3F7E03E75AC2A3E6C91223F7285184068C9713FB8AE69BF64FA8E3FA76FA8BFD154ECBE41C28BBDD04EDB3F41A83EBF7A9153BF7AA1C9BDB7D929BF9B35903F323B8ABF41E092BFF329E0BE1CFEFEBEE8FAF63F3E0D733F114EB33D12DB9CBF2C28583F0E0780BF0FBBC5BF5C11983F4D46A23E67BD6B3F4530A33E40595B3F9DA926BF126284BFFA7C2E3F41AC4DBF568630BF8E3BE9BE74308F3CB13EB5BE67FEAFBF2DC424BF3D4C0EC02B0F203F3A10CDBF6F5C8DBF0DAB553D00543DBF8181C53F567CA5BFE4BA883E05E720BD168495BF76F5053FD7A92FBE1194453F2BD1523F75720A405913AB3F6705BDBED11F75BEA5C18C3F5DBF273FA9DF233F6AF8CEBF9547C7BC98EF3CBF47528F3E1203C9BD7C01693F6D6AA23ECA4C493F7CCEEEBE3BC771BF09F2D1BE656E8BBC2D20C23E85981040D6152DBDD0B874BF8624B1BE745CEDBEBD84F63ED638C5BF818F813D4043203EDEC06D3EB5E918BFC1A173BEA147B6BF6C94FCBEF8F80ABF8304D53EC9FD93BF99FC473F454BBF3FA27A04C0963EDA3ED8492D3F132F23BF3667CBBED91108BE0C7898BEF3369EBE4B87D6BF9A7F933FF1308A3FA43850BFCBB3BBBF8264053FD76613BF2C5C113E047FA3BEAF08313F14DB313FC0C039BF1212B1BFBA9DCABFD3411C3F8A2C98BFB7BE01BF09A818BFCE5057BD04D8F7BF2D4F413EB91D063FA416B53D792C9FBEBD79C73DCD4FCC3E297231C0565BFA3F50BAC73E400427BF0A2BC8BEB9CBFC3EE7C7EDBDBCF601C0A72004402463E2BD0595823F2E2A31BF01A8C43FA49B923E31DD1B3FDDCA85BFCF069B3FEC97303FE6A2A63F59CA20BF3049F6BE5F73134099AE87BF66360BBEA885913F0724C83D743C153F9584CCBEF777BD3E463CA7BFA03DD43FFEFFF1BD29202EBF15982A3F77E3EBBEFBC8AABF3D61ACBF1E9B313F386723BE10E908BE82F3893FD43B90BFB20D3BBFF70EC5BE683BC13DF9BB2CBDE1E292BEF76B7CBDDEC2DBBDFE3738BF4F2050BF688D8C3E031364BF382494BFC5E49FBE767321BE286E10403D6734BF8979713FBC473F3F592F98BFE8F3453F678997BFE12F2AC0C2371B3F06C1E0BFE2E0E63E571B2FBF296CD43FEAC4883F2F22E8BE201630BFE3669BBF9CC0E1BEC18A8FBE1DB9BABEFA76203EFC19143FE905B33EF09E43BF8D09B8BFFBA8AE3FBE7F30BFB7FC26BFAA6C05BFB4E9EBBF02B9F4BE7295F5BECDCF1E3F16CE323F0521773B9D8D6E3FE40FAE3EC67780BC5BCA243EAB3A43BEB729CABE5F1489BEAD6290BF0E968F3E593D7EBF2675573F12727FBE40BB4A3D2DD8FC3E42B0243F300AC9BF8FDE53BE6853613F885BD9BFA049C63E2A5B10C081E182BF123B1E3D3E0FD4BF6F4A7CBF1765BCBF16F6D23F522B283EF039113FF10464BE02F5B4BEA0E8CEBFB56B95BE27F142BFE7A05B3FA00F923FDAB8BB3FD8405A3F624119BFB6D58EBF0A44443F036CB63E785FE2BFB601B63E5F84503FF55B713DB67E3DBE0DC24EBF0D28B9BF54E04C3F40449EBEE2116FBECFC9DD3F773B2F3FC6DCBD3EA678113E318FC23F811BDC3F0CF46D3FAC0C153FFA0D06C0EA61FD3DC23A05BE8D6AC03D786B713FDF562FC06FBE11BFE7308A3E6106EFBE2E5DB5BF64745E3F28C28D3E4F9A78BFB82FA13E7153523FEF6DAD3BD1F14C3FDF46A03D745BCABEE46794BF78FCAFBDBAF4463E9336603F77BDEBBD6132EA3ED0F076BF625A48BFC913E2BD11FE86BFC3FB513F6B1FED3EA4E58E3ED784AD3EC7580140F80EF0BE6AE40CC05A154C3EA9454FBD217C04BF98947ABF73DDE0BEC8B0393E98B800BFA4651A409DE375BFBD094BBFC07812C091C2803ECE0C01C0B3190ABFB0248DBEBBB035BF6193DE3FA1907E3F7AD9A83F33E661BFC575903FD6F3FD3EDC7A453FA7C4833FB5A468BF2940D9BE18D35C3FAAF529C0BCB4C13F109A0D3F14343BBDC2CC613EEBD483BFC72BB3BE1ED68C3F9625A63FEF8E2C40D16597BDED9628BFD6A403BF324F82BF50729FBD81F5C33EA2410CBD18558C3F44D66FBE0DE5B1BE03CE14BF2BFAD0BF9DACC8BFA6EE96BF3295A63FC72F653FD3FEAF3FE985AABFE5FBFBBF73F928BFE209343E5554FF3EF423863F1B8D913EC50FDF3FBEF263BE8FBF69BF2932D7BFA09363BFC5ED773E2C8363BF5BCE6F3F27C7B43F50A717C088325D3FAC550FC04991CD3E8FC89C3F47D3843DDBCCA3BFD2DE15BF64F685BE609E3ABE30C44FBE390AE1BD849A5A3E8BB29ABF0CD477BE6256C23F3FF0C4BE7C3EE3BE5F028A3FAEC923C06A37973F72C421BFE4DC273E2244C53D9745713F2E0289BE19932DBFD01FA63FA04E17C0DF93A63CD288ACBF79F642BF6EB80040B2A936BD5AC0473E400AE4BFACA23ABF5846493ECDA2B53E47EC1D3F085C0D3CBFE9063F1A56E83EEF34EABF5093173D4195443F5D02173FB44BBABE8A3D4EBFD8248FBF063306BEC308913FB8D4F9BFAAEE28BF0CE591BFFAF2483F3CE70DBF6BF7F0BE07285EBE960AE43E36E7C8BE02F442C07D160B3F3DCAE03E5DCF60BEB6C18ABF861CB43E292BC23E26A8F0BEDBEE5DBEBD1E6EBF0FE036BE7874C6BFD0AAD53E22C271BF50D1733E98F6B3BF050E17BF4548E2BDD091D4BFA6D2EB3DA11FC2BE8705DFBFA9D0A6BF26E91A3F2843653F0F1307BEF13CCF3E3F37653E58C4A83E209BA43F53E5C0BF882C2D3FAE96C3BE22A465BE7AC09ABE4813C0BEFFF39CBF45BD3B3E76E1D53FBDEB65BD538AB5BAD4F22FBF7F96F0BD5EADEE3E6B90BDBE0159E8BEB178CE3E5C026BBF3D47813E9C00523FCB12AE3F341AB9BD6D0DAF3F8B67843FCB077FBF69E59BBF32249CBE29B4833F360B94BDB2C419BFE8AFC63F25E5923E9E8414C0E162A23E6221053FF505673EAA40E63ECBC789BD32C1A8BFEACCBDBEE01372BF1CC86EBF39ACA1BFA6ACE73EC67DC83DEE75E5BE033B26BFD0E1BFBC0E238A3F124500C0F6F5C03EC8B30BBF1C3AF1BFCC0CF9BF2EAC69BF1DC7603E8B3FC93E196170BFBE2D823F5324B63FDCCBCA3E2A6617BFF8EC8F3F9D61413F6A0E5E3F010E28BF576935C0817907404331CEBF8B8112BD225E18405B41A93ED101733F884EC0BF978AE3BF365F08BFB09D8B3F9C47B1BE496D4BBFF0B74A3EDA7C8A3FCDF3B8BF13F39ABF3AE649BF1C1D8C3F0E75703E34750840E8BA6F3FF6BF0FBD12EEA13FAC92583EBA7534BFD5122E3F774232BFEEAE94BEC9F4A93FAB6CCFBDAD9A4DBFABBDEDBE09CA823F4E730DBFF013C6BE8CA202BFF7563C3EEA5EC5BEF708CDBF4A1E63BF43CB6EBF17259F3F680B503FA156163F2A5F01BFB7D750BFACEC01BF02A486BF22D21F405AB30FC0DD62103F366CA4BF0AB2D5BDB2ED7CBF8CBC96BFF4F191BF63A3E03F1E2E08BE0F0544BF0E480E3F2C90293C2254383F3E81E9BFF9719B3E54CF453F41AFD4BFDA79E53E7A1CD93FBA6D73BCA947523F81AA2B3F181F35BF72E2223D4893C8BF3111E7BE4108883E1D1D393F5E9FC93CDB50383F082C8DBFA946D0BDCDEF9D3C68BFEC3F814E5BBE1C7FFFBEC3E8AE3C054B6BBF4461453E84E8BABE394AE5BF74F86FBD0295A2BE3FF3D0BFA27D89BD37A3BE3F2A74053F43A71C3F2AB6ABBF062CF43E2B03183E826F073FC762D83E4B0DAEBFE69329BDD30342BFFB244DBD11BC65BF07FFA73F9DE55BBF132166BFC2C0983D62DE89BF786DD9BE8F7854BF49A1B43F712A493F28656BBD9A4DC8BEFADF703FE976CF3EBA00FF3E1A91D6BCEC17D8BF9154E6BD425108BF5822253F0E84813F7B6F28BF30D0EF3E4831DE3F39EF2ABF3649D73F11435ABF1916BC3C169C36BCE2653C3C117256BFC75717BFB7EF2ABFA467A73E5DFAA83EDF750E40917CAF3F168502BF4F55A63E20437F3FADB0FA3C3EA08EBD3F40533DD7055E3F892B59BF26BEA6BE9DDCF03EFE759F3E2F55753E9456BDBE1BF8783F4C910840B115D03E1DD045BE3278413F99040ABFB5EB3FBF7762063D8A4C25C0A5B493BF0E28B2BED93BADBFA62D84BF7A9DDFBEB04CD2BFA4E8CFBE770709BF951ED03C4DBC933FFFA4303E438AAC3CC7AECB3DA7D9683E7E2482BF530FEBBDA5149E3E1075AFBF6E9B5D3F886A8A3FDBA121BF412177BE15D160BF990A333F22D687BF03D163BE2DE25BBF6FB5503D4EA9E5BF7FC9A93F72F076BF2154753DA49F59BEF01943BF8F4563BFD1B76F3F629006BFD2D68A3EE62E4DBFAFAD25BF61CAF13E402F6E3F258633BE7801B6BF06BDFF3FD1465BBFBC52C5BF0D0B264052DDCEBE0F1ABBBFE9F52EBFD82EBC3E08E1423EED0A5ABF024FE93F3F8605BFCFA397BF01F0753FBB1EAA3F3A4751BF595FB3BF67E5833F5A0703C0F0019DBF8DAA773F5AB962BDCC2287BE61A4B43EE6701CBE5E3BA6BF7056A33F0F9AA93FB342523E72DE383D6ABC15409B888DBE46E784BE499DBA3E4754BC3FE9DFCB3FA26384BE98DD9D3E0A65B0BF55BB9FBE451D57BFDDDF80BFE83DD73F4CD34ABF531708BF8850BB3E231FA63FB954F63E4699304086EB98BD7B76843E881B8D3EB3AFB73F69DA013FD609EEBD9D8E72BF634F7A3E445FB33F901DD2BED968073F2A0E7C3EA00F5D3F57044EBF772F16408DBBA3BF8329BBBED526703F69ED973EF979543F2001FEBE5B3399BDA868483C80DDC83FF5BF303FB4F24B3FD86D28BFB108783FE1FE663E84CFB13F5DE6004067109DBEF706D0BE0D325DBF820613BED798C3BEF610B83E530914BE8A23B9BE5344883FEB1870BF53C0DD3E98D7CFBE3770393F4050B13FB22F9BBE11CFE13E7A15373EF2A64CBF0091763E9A07943ECE63D33E15294BBEE5E7C03DEAE492BFBA5AB7BE"> : tensor<20x10x5xf32>} : () -> tensor<20x10x5xf32>
  %i1 = onnx.Constant {value = dense<[1000]> : tensor<1xi64>} : () -> tensor<1xi64>
  %i2 = onnx.Constant {value = dense<[1000]> : tensor<1xi64>} : () -> tensor<1xi64>
  %i3 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %i4 = onnx.Constant {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  %r:1 = onnx.Slice(%i0, %i1, %i2, %i3, %i4) {} : (tensor<20x10x5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> (tensor<*xf32>)
  %e0 = onnx.Constant {value = dense<> : tensor<20x0x5xf32>} : () -> tensor<20x0x5xf32>
  return %r#0, %e0 : tensor<*xf32>, tensor<20x0x5xf32>
}

