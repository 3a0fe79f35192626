# llmc_passes(Stage): declares the passes of include/llmc/<Stage>/Passes.td.
function(llmc_passes stage)
  set(LLVM_TARGET_DEFINITIONS ${PROJECT_SOURCE_DIR}/include/llmc/${stage}/Passes.td)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/llmc/${stage})
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=${stage})
  add_public_tablegen_target(llmc_${stage}_passes_inc_gen)
  add_custom_command(TARGET llmc_${stage}_passes_inc_gen POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${CMAKE_CURRENT_BINARY_DIR}/Passes.h.inc
      ${PROJECT_BINARY_DIR}/include/llmc/${stage}/Passes.h.inc)
endfunction()
