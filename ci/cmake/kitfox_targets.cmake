# Most of what a source costs to compile is the headers it shares with all the others: they are parsed once. Programs of tests
# have a set of their own, since they are optimised less: what they run is in the libraries.
set(kitfox_shared_headers
  <algorithm> <array> <charconv> <chrono> <cstdint> <deque> <fstream> <functional> <map> <memory> <optional> <set> <span>
  <sstream> <string> <string_view> <utility> <variant> <vector>
  <boost/asio/awaitable.hpp> <boost/asio/any_io_executor.hpp> <boost/asio/as_tuple.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/this_coro.hpp> <boost/asio/use_awaitable.hpp> <boost/system/result.hpp>
  <fmt/format.h> <nlohmann/json.hpp>)
option(KITFOX_PRECOMPILE "Parse the headers that everything shares only once" ON)
if(KITFOX_PRECOMPILE)
  file(WRITE "${PROJECT_BINARY_DIR}/precompiled.cpp" "// Only its precompiled headers are of use.\n")
  add_library(kitfox_headers OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
  target_link_libraries(kitfox_headers PRIVATE kitfox_flags)
  target_precompile_headers(kitfox_headers PRIVATE ${kitfox_shared_headers})
  if(BUILD_TESTING)
    add_library(kitfox_test_headers OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
    target_link_libraries(kitfox_test_headers PRIVATE kitfox_flags kitfox_test_flags GTest::gmock)
    target_precompile_headers(kitfox_test_headers PRIVATE ${kitfox_shared_headers} <gtest/gtest.h>)
  endif()
endif()

# kitfox_share_headers(TARGET OWNER): lets TARGET use the precompiled headers of OWNER.
function(kitfox_share_headers target owner)
  if(TARGET ${owner})
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# kitfox_library(NAME [HOT] SOURCES a.cpp ... LINKS lib ...): a static library; headers are included from the top level. HOT: it is
# what a benchmark measures by the nanosecond, and is optimised as far as that shows.
function(kitfox_library name)
  cmake_parse_arguments(arg "HOT" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  string(REPLACE "kitfox_" "kitfox::" alias ${name})
  add_library(${alias} ALIAS ${name})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS} $<BUILD_INTERFACE:kitfox_flags>)
  if(NOT arg_HOT)
    target_compile_options(${name} PRIVATE "$<$<CONFIG:Release>:${kitfox_warm_flags}>")
  endif()
  kitfox_share_headers(${name} kitfox_headers)
endfunction()

# kitfox_program(NAME SOURCES main.cpp LINKS lib ...): an installed program; NAME may hold dashes.
function(kitfox_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_asio kitfox_flags)
  target_compile_options(${name} PRIVATE "$<$<CONFIG:Release>:${kitfox_warm_flags}>")
  kitfox_share_headers(${name} kitfox_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS ${name} EXPORT kitfox_targets RUNTIME DESTINATION bin)
endfunction()

# kitfox_test(NAME SOURCES a_test.cpp ... LINKS lib ... [LABELS unit]): one test program, one ctest test per TEST().
function(kitfox_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_asio GTest::gmock GTest::gtest_main kitfox_flags kitfox_test_flags)
  kitfox_share_headers(${name} kitfox_test_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test")
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 120)
endfunction()

# kitfox_fuzzer(NAME SOURCES x_fuzz.cpp LINKS lib ... CORPUS dir): a libFuzzer target; its test runs it for 30 seconds,
# from the same seed each time, so that a change is not blamed for what chance found.
function(kitfox_fuzzer name)
  if(NOT KITFOX_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_asio kitfox_flags)
  kitfox_share_headers(${name} kitfox_headers)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET kitfox_fuzzers)
    add_custom_target(kitfox_fuzzers)
  endif()
  add_dependencies(kitfox_fuzzers ${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  add_test(NAME ${name} COMMAND ${name} -seed=1 -max_total_time=30 -max_len=65536 -rss_limit_mb=1024 -print_final_stats=1
    "${CMAKE_CURRENT_BINARY_DIR}/${name}_corpus" "${arg_CORPUS}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${name}_corpus")
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

# kitfox_benchmark(NAME SOURCES x_bench.cpp LINKS lib ...): a Google Benchmark program, run by hand. A test runs each of its
# benchmarks once, as short as it can be, but for those that take seconds whatever is asked for.
function(kitfox_benchmark name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} kitfox_asio benchmark::benchmark_main kitfox_flags)
  kitfox_share_headers(${name} kitfox_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
  add_test(NAME "${name}.runs" COMMAND ${name} --benchmark_min_time=0.001
    "--benchmark_filter=-(keep_alive_64|idle_streams|hundred_agents_for_a_day)")
  set_tests_properties("${name}.runs" PROPERTIES LABELS unit TIMEOUT 120 FAIL_REGULAR_EXPRESSION "ERROR OCCURRED")
endfunction()
