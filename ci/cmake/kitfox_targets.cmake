# kitfox_library(NAME SOURCES a.cpp ... LINKS lib ...): a static library; headers are included from the top level.
function(kitfox_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  string(REPLACE "kitfox_" "kitfox::" alias ${name})
  add_library(${alias} ALIAS ${name})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/kitfox>)
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS} $<BUILD_INTERFACE:kitfox_flags>)
endfunction()

# kitfox_program(NAME SOURCES main.cpp LINKS lib ...): an installed program; NAME may hold dashes.
function(kitfox_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS ${name} EXPORT kitfox_targets RUNTIME DESTINATION bin)
endfunction()

# kitfox_test(NAME SOURCES a_test.cpp ... LINKS lib ... [LABELS unit]): one test program, one ctest test per TEST().
function(kitfox_test name)
  if(NOT BUILD_TESTING OR KITFOX_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest_main kitfox_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test")
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 120)
endfunction()

# kitfox_fuzzer(NAME SOURCES x_fuzz.cpp LINKS lib ... CORPUS dir): a libFuzzer target; its test runs it for 30 seconds.
function(kitfox_fuzzer name)
  if(NOT KITFOX_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_flags)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  add_test(NAME ${name} COMMAND ${name} -max_total_time=30 -max_len=65536 -rss_limit_mb=1024 -print_final_stats=1
    "${CMAKE_CURRENT_BINARY_DIR}/${name}_corpus" "${arg_CORPUS}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${name}_corpus")
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

# kitfox_benchmark(NAME SOURCES x_bench.cpp LINKS lib ...): a Google Benchmark program; run by hand and by the bench job.
function(kitfox_benchmark name)
  if(NOT BUILD_TESTING OR KITFOX_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} benchmark::benchmark_main kitfox_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
endfunction()
