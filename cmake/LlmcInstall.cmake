# `cmake --install`: the tools, what embeds a compiled model, man pages and
# completions. The component `bundle`, which packages have and a plain install has
# not, holds the shared libraries of LLVM and all that they need but the C library.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# LLVM's own libraries look into $ORIGIN/../lib, hence the last folder's name. With
# DT_RPATH, unlike DT_RUNPATH, the tools' path holds for libraries of libraries.
set(bundle_folder lib/llmc/lib)
set(tools llmc llmc-opt llmc-lsp-server llmc-reduce)
set_target_properties(${tools} PROPERTIES
  INSTALL_RPATH "$ORIGIN/../${bundle_folder};${LLVM_LIBRARY_DIR}")
foreach(tool ${tools})
  target_link_options(${tool} PRIVATE -Wl,--disable-new-dtags)
endforeach()

# What a program that embeds a model includes.
add_library(llmrt_headers INTERFACE)
set_target_properties(llmrt_headers PROPERTIES EXPORT_NAME llmrt)
target_include_directories(llmrt_headers INTERFACE $<INSTALL_INTERFACE:include>)
install(FILES runtime/include/llmrt/llmrt.h runtime/include/llmrt/abi.h
  DESTINATION include/llmrt COMPONENT llmc)

# What a plugin of llmc-opt includes: the dialect, and how passes speak.
set(plugin_include include/llmc)
foreach(root ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  install(DIRECTORY ${root}/dialects/llm DESTINATION ${plugin_include}/dialects COMPONENT llmc
    FILES_MATCHING PATTERN "*.h" PATTERN "*.h.inc" PATTERN "*.td" PATTERN CMakeFiles EXCLUDE)
endforeach()
install(FILES include/llmc/Support/Explain.h DESTINATION ${plugin_include}/llmc/Support COMPONENT llmc)

install(TARGETS ${tools} EXPORT llmcTargets RUNTIME_DEPENDENCY_SET llmc_bundle
  RUNTIME DESTINATION bin COMPONENT llmc)
install(TARGETS llmrt_headers EXPORT llmcTargets)
install(RUNTIME_DEPENDENCY_SET llmc_bundle
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|util|resolv)\\.so"
  DIRECTORIES ${LLVM_LIBRARY_DIR}
  LIBRARY DESTINATION ${bundle_folder} COMPONENT bundle EXCLUDE_FROM_ALL)
install(CODE "set(folder \"${bundle_folder}\")" COMPONENT bundle EXCLUDE_FROM_ALL)
install(SCRIPT cmake/InstallLicences.cmake COMPONENT bundle EXCLUDE_FROM_ALL)

# find_package(llmc), pkg-config llmrt.
set(package_folder lib/cmake/llmc)
install(EXPORT llmcTargets NAMESPACE llmc:: DESTINATION ${package_folder} COMPONENT llmc)
configure_package_config_file(cmake/llmcConfig.cmake.in ${PROJECT_BINARY_DIR}/llmcConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/llmcConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(cmake/llmrt.pc.in ${PROJECT_BINARY_DIR}/llmrt.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/llmcConfig.cmake ${PROJECT_BINARY_DIR}/llmcConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT llmc)
install(FILES ${PROJECT_BINARY_DIR}/llmrt.pc DESTINATION lib/pkgconfig COMPONENT llmc)

install(DIRECTORY ${LLMC_DOCS_FOLDER}/man ${LLMC_DOCS_FOLDER}/bash-completion
    ${LLMC_DOCS_FOLDER}/zsh ${LLMC_DOCS_FOLDER}/fish
  DESTINATION share COMPONENT llmc)
install(FILES LICENSE README.md DESTINATION share/doc/llmc COMPONENT llmc)

# Packages: one, with the bundle.
set(CPACK_PACKAGE_NAME llmc)
set(CPACK_PACKAGE_VENDOR "the llmc developers")
set(CPACK_PACKAGE_CONTACT "the llmc developers <llmc@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiles a language model into one native executable")
set(CPACK_GENERATOR "DEB;TZST")
set(CPACK_COMPONENTS_ALL llmc bundle)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/PackageRoots.cmake)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# The newest symbols of the C library that this build's own machine gave it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.36)")
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip) # xz: minutes for a fifth less
include(CPack)
