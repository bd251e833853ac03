# Options of the build and the flags they imply.
option(KITFOX_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
option(KITFOX_COVERAGE "Instrument for gcov" OFF)
option(KITFOX_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
set(KITFOX_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize= (for example address,undefined)")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# -O3 makes nothing here faster that a benchmark shows, and takes longer to compile. Of what -O2 adds to -O1, inlining and its
# like is all that whole runs show, and takes three quarters of the time to compile: what is not HOT (kitfox_targets.cmake) gets
# that.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(kitfox_warm_flags -O1 -finline-functions)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND kitfox_warm_flags -finline-small-functions -fpartial-inlining -fdevirtualize -foptimize-sibling-calls)
  # The compiler's own memory: half a GiB before it first looks for what it can do without.
  string(APPEND CMAKE_CXX_FLAGS_RELEASE " --param=ggc-min-heapsize=524288")
endif()

# Most of what a source costs to compile are headers and templates that its neighbours use too. For work on one source
# the dev preset compiles each alone, which also shows what a source forgot to include.
option(KITFOX_UNITY "Compile several sources of a target as one" ON)
if(KITFOX_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 24)
endif()

find_program(KITFOX_CCACHE ccache)
if(KITFOX_CCACHE)
  # ccache sees precompiled headers only where it may trust their definitions and times.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${KITFOX_CCACHE}")
endif()

add_library(kitfox_flags INTERFACE)
target_compile_options(kitfox_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wswitch-enum -Woverloaded-virtual -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Files of the corpus are embedded as one literal each, longer than the standard's least maximum.
  target_compile_options(kitfox_flags INTERFACE -Wno-overlength-strings)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports variables of coroutine frames and of inlined std::variant as maybe-uninitialised, and
  # "literal" + std::string as overlapping when it optimises (GCC bug 105651).
  # With sanitizers it takes the frame of a coroutine for memory of the plain operator new.
  target_compile_options(kitfox_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-mismatched-new-delete
    -fcoroutines -fpch-preprocess)
  if(KITFOX_UNITY)
    # It takes every class of a source that is included for one of a header that others see with other types.
    target_compile_options(kitfox_flags INTERFACE -Wno-subobject-linkage)
  endif()
endif()
# What a precompiled header was made with must be the same wherever it is used.
target_compile_definitions(kitfox_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_SYSTEM_DYN_LINK BOOST_SYSTEM_NO_LIB FMT_SHARED)
add_library(kitfox_test_flags INTERFACE)
# Optimised so little, GCC 12 takes short strings for overrun.
target_compile_options(kitfox_test_flags INTERFACE
  $<$<NOT:$<CONFIG:Debug>>:-O0> $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread>)

if(KITFOX_WARNINGS_AS_ERRORS)
  target_compile_options(kitfox_flags INTERFACE -Werror)
endif()
if(KITFOX_SANITIZE)
  add_compile_options(-fsanitize=${KITFOX_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KITFOX_SANITIZE})
  if(KITFOX_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio orders by atomic_thread_fence, which GCC's thread sanitizer does not know and warns about.
    add_compile_options(-Wno-tsan)
  endif()
  if(KITFOX_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # Clang 14 cannot assemble coroutines with the check of function types.
      add_compile_options(-fno-sanitize=function)
    endif()
  endif()
endif()
if(KITFOX_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(KITFOX_FUZZ)
  # What runs the tests and what the fuzzers run is the same code, compiled once.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
