# Writes OUTPUT, a header with the commit of SOURCE, if it says something else:
# cmake -DSOURCE=... -DOUTPUT=... -P Commit.cmake. Without a repository, empty.
execute_process(
  COMMAND git -C ${SOURCE} describe --always --dirty=+ --exclude=* --abbrev=9
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(text "#define LLMC_COMMIT \"${commit}\"\n")
set(before)
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
