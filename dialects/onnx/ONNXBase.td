//===- ONNXBase.td - the onnx dialect, its types, what its ops share --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the operators of ONNXStandardOps.td.inc and ONNXContributedOps.td.inc are
// made of. Those are generated; nothing here is.
//===----------------------------------------------------------------------===//
#ifndef LLMC_ONNX_BASE
#define LLMC_ONNX_BASE

include "ONNXInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::mlir::onnx";
  let summary = "Graphs as ONNX files hold them";
  let description = [{
    One op per operator of the standard domain in its newest version (`onnx.Gather`), some of ONNX
    Runtime (`onnx.microsoft.MatMulNBits`) and llmc's own (`onnx.llmc.Attention`).

    Operands and results stand at the places of the operator's schema: the i-th operand is the schema's
    i-th input. An optional input that a node lacks is the value of `onnx.None`, an output that nobody
    asked for has type `none`. A variadic place is the last one. Graph attributes are regions that end
    with `onnx.Yield`; they see the values around them.

    Integers are signless `iN`, unsigned ones `uiN`, bool is `i1`; attributes are `i64`, `f32`, strings,
    `array<i64>`, `array<f32>`, arrays of strings, elements and types. A default that the schema names
    is always there and not printed. Tensors whose rank is not inferred yet are unranked.
  }];
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

class ONNX_Type<string name, string mnemo> : TypeDef<ONNX_Dialect, name> {
  let mnemonic = mnemo;
}

def ONNX_StringType : ONNX_Type<"String", "string"> {
  let summary = "a string, as element of a tensor";
  let description = [{
    ```mlir
    func.func private @words(tensor<?x!onnx.string>)
    ```
  }];
}

class ONNX_Container<string name, string mnemo, string what> : ONNX_Type<name, mnemo> {
  let summary = what;
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
}
def ONNX_SeqType : ONNX_Container<"Seq", "seq", "a sequence of values of one type">;
def ONNX_OptType : ONNX_Container<"Opt", "opt", "a value that may be absent at run time">;

def ONNX_MapType : ONNX_Type<"Map", "map"> {
  let summary = "a map from keys to values; no operator of the standard domain has one";
  let parameters = (ins "::mlir::Type":$keyType, "::mlir::Type":$valueType);
  let assemblyFormat = "`<` $keyType `,` $valueType `>`";
}

// Elements of tensors that schemas name together.
defvar ONNX_Floats = [F16, BF16, F32, F64];
defvar ONNX_Floats32 = [F16, BF16, F32];
defvar ONNX_Ints = [I8, I16, I32, I64];
defvar ONNX_UInts = [UI8, UI16, UI32, UI64];
defvar ONNX_SmallInts = [I<2>, UI<2>, I<4>, UI<4>];
defvar ONNX_Complexes = [Complex<F32>, Complex<F64>];
defvar ONNX_Float8s = [F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ];

/// An optional place.
class ONNX_OrNone<list<Type> types> : AnyTypeOf<!listconcat(types, [NoneType])>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

// Signed: -1 is a value of many attributes.
def ONNX_Int : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer">;

// The float itself in C++.
def ONNX_Float : TypedAttrBase<F32, "FloatAttr", F32Attr.predicate, "32-bit float"> {
  let returnType = "float";
  let convertFromStorage = "$_self.getValue().convertToFloat()";
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

class ONNX_Trait<string name> : NativeOpTrait<name> {
  let cppNamespace = "::mlir::onnx";
}
/// Values of these places have tensors of one element type: bit i is place i, the last
/// bit all places from 63 on.
class ONNX_SameElementType<string operands, string results>
    : ONNX_Trait<"SameElementType<" # operands # ", " # results # ">::Impl">;
/// How many values there are at least, for variadic places that may not be empty.
class ONNX_AtLeast<int operands, int results>
    : ONNX_Trait<"AtLeast<" # operands # ", " # results # ">::Impl">;

/// A place as C++ has it: its name, its element type ("f32") or the variable that
/// places of one element type share ("T"), and whether it may be `none`.
class ONNX_Place<string name, string type, bit optional = false> {
  string cpp = "{\"" # name # "\", \"" # type # "\", " # !if(optional, "true", "false") # "}";
}

/// `name` of `domain` ("" is the standard one) as of `version` of its operator set.
class ONNX_Operator<string domain, string name, int version, list<Trait> traits = []>
    : Op<ONNX_Dialect,
         !cond(!eq(domain, "") : name, !eq(domain, "com.microsoft") : "microsoft." # name, true : domain # "." # name),
         !listconcat([DeclareOpInterfaceMethods<ONNX_SchemaOpInterface>], traits)> {
  list<ONNX_Place> operandPlaces = [];
  list<ONNX_Place> resultPlaces = [];
  list<string> regionNames = [];
  bit operandsVariadic = false;
  bit resultsVariadic = false;
  let description = !if(!eq(domain, ""), "Standard domain", "Domain `" # domain # "`") # ", version " # version # ".";
  // One syntax for all: ONNXAssembly.cpp.
  let extraClassDeclaration = [{
    static ::mlir::ParseResult parse(::mlir::OpAsmParser &parser, ::mlir::OperationState &result) {
      return ::mlir::onnx::parseNode(parser, result);
    }
    void print(::mlir::OpAsmPrinter &printer) { ::mlir::onnx::printNode(printer, getOperation()); }
  }];
  let extraClassDefinition = [{
    const ::mlir::onnx::Schema &$cppClass::getSchema() {
      static const ::mlir::onnx::Schema schema{
        "}] # domain # [{", "}] # name # [{", }] # version # [{,
        {}] # !interleave(!foreach(place, operandPlaces, place.cpp), ", ") # [{},
        {}] # !interleave(!foreach(place, resultPlaces, place.cpp), ", ") # [{},
        {}] # !interleave(!foreach(region, regionNames, "\"" # region # "\""), ", ") # [{},
        }] # !if(operandsVariadic, "true", "false") # ", " # !if(resultsVariadic, "true", "false") # [{};
      return schema;
    }
  }];
}

#endif // LLMC_ONNX_BASE
