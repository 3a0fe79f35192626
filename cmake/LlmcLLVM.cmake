# Finds MLIR 22 and defines how the project's libraries use it.
find_package(MLIR 22.1 REQUIRED CONFIG)
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS})

# The libraries of the compiler: LLVM's headers and flags, one precompiled
# header for all of them (MLIR's headers are most of a file's compile time).
add_library(llmc_mlir INTERFACE)
target_include_directories(llmc_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_include_directories(llmc_mlir INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/runtime/include
  ${PROJECT_BINARY_DIR}/include ${PROJECT_BINARY_DIR})
separate_arguments(llmc_llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_options(llmc_mlir INTERFACE -fno-exceptions)
target_compile_definitions(llmc_mlir INTERFACE __STDC_CONSTANT_MACROS __STDC_FORMAT_MACROS __STDC_LIMIT_MACROS)
target_link_libraries(llmc_mlir INTERFACE MLIR LLVM)

add_library(llmc_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(llmc_pch PUBLIC llmc_mlir)
target_precompile_headers(llmc_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)

# llmc_library(NAME sources... LINK libraries...): a static library of the compiler.
function(llmc_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC llmc_mlir ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM llmc_pch)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()
