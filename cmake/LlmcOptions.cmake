# Options and flags that every part of the project shares.
option(LLMC_BUILD_TESTS "Build the tests" ON)
set(LLMC_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
option(LLMC_ASSERTIONS "Check asserts, which release builds leave out" OFF)
option(LLMC_FUZZ "Build the fuzz targets of test/fuzz for libFuzzer (clang; preset fuzz)" OFF)
option(LLMC_COVERAGE "Instrument for source coverage (clang)" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # ccache declines files that use a precompiled header unless it may take the
  # header's own hash for its time stamps; clang then must not store them.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(LLMC_ASSERTIONS)
  add_compile_options(-UNDEBUG)
endif()
# What a malformed file overruns ends at once. The sanitizers see more, and
# _FORTIFY_SOURCE would hide calls from them.
if(NOT LLMC_SANITIZE)
  add_compile_options(-fstack-protector-strong -D_GLIBCXX_ASSERTIONS
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
if(LLMC_SANITIZE)
  # What llmc generates has no hash of its type in front, for which `function` looks.
  add_compile_options(-fsanitize=${LLMC_SANITIZE} -fno-sanitize=function -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LLMC_SANITIZE})
  if(LLMC_SANITIZE MATCHES thread)
    # Tests that count or refuse allocations bring operators of their own.
    add_link_options(-Wl,-z,muldefs)
  endif()
endif()
if(LLMC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(LLMC_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
