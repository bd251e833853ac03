# What `cmake --install` lays down: the programs, the corpus, the schemas, and a package that find_package(kitfox) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/kitfox)
install(FILES conformance/report/results.schema.json conformance/transcript/transcript.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/kitfox/schema)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT kitfox_targets NAMESPACE kitfox:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/kitfox)
configure_package_config_file(ci/cmake/kitfoxConfig.cmake.in "${PROJECT_BINARY_DIR}/kitfoxConfig.cmake"
  PATH_VARS CMAKE_INSTALL_DATADIR INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/kitfox)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/kitfoxConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES ci/cmake/kitfox_add_agent_conformance.cmake ci/cmake/kitfox_add_scenarios.cmake "${PROJECT_BINARY_DIR}/kitfoxConfig.cmake"
  "${PROJECT_BINARY_DIR}/kitfoxConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/kitfox)

install(FILES ci/examples/kitfox.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME kitfox)

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND AND NOT KITFOX_SANITIZE)
  set(man_pages "")
  foreach(program IN ITEMS kitfox kitfox-agent kitfox-gateway)
    set(page "${PROJECT_BINARY_DIR}/man/${program}.1")
    add_custom_command(OUTPUT "${page}"
      COMMAND ${CMAKE_COMMAND} -E make_directory "${PROJECT_BINARY_DIR}/man"
      COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/ci/write-man-page" $<TARGET_FILE:${program}> "${page}"
      DEPENDS ${program} ci/write-man-page VERBATIM)
    list(APPEND man_pages "${page}")
  endforeach()
  add_custom_target(kitfox_man ALL DEPENDS ${man_pages})
  install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(DIRECTORY conformance/consumer_test ci/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

# `cpack -G DEB` in a build folder: one package, with what its programs need of Debian 12.
set(CPACK_PACKAGE_NAME kitfox)
set(CPACK_PACKAGE_CONTACT "kitfox maintainers <kitfox@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
