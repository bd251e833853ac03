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
install(FILES ci/cmake/kitfox_add_scenarios.cmake "${PROJECT_BINARY_DIR}/kitfoxConfig.cmake"
  "${PROJECT_BINARY_DIR}/kitfoxConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/kitfox)
