# Read by cpack once per kind of package: the tarball has a folder of its own,
# the .deb must not, whose paths are those of the system.
if(CPACK_GENERATOR STREQUAL "TZST")
  set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()
