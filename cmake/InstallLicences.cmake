# Beside every bundled library of a Debian package, that package's copyright file.
file(GLOB libraries "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${folder}/*.so*")
find_program(dpkg_query dpkg-query)
foreach(library ${libraries})
  get_filename_component(name ${library} NAME)
  if(NOT dpkg_query)
    message(WARNING "no dpkg-query: the licence of ${name} is not installed beside it")
    continue()
  endif()
  execute_process(COMMAND ${dpkg_query} -S "*/${name}"
    OUTPUT_VARIABLE owners ERROR_QUIET)
  string(REGEX MATCH "^[^:,]+" owner "${owners}")
  if(owner AND EXISTS /usr/share/doc/${owner}/copyright)
    file(INSTALL /usr/share/doc/${owner}/copyright
      DESTINATION "${CMAKE_INSTALL_PREFIX}/share/doc/llmc/licences" RENAME ${owner})
  else()
    message(WARNING "no copyright file of ${name} was found")
  endif()
endforeach()
