# Called at each build: writes the commit that is built into OUTPUT, where it is another than before. Outside of a repository it is
# empty. Changes that no commit holds are marked with "+".
set(commit "")
find_program(git git)
if(git)
  execute_process(COMMAND "${git}" -C "${SOURCE}" rev-parse --short=12 HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND "${git}" -C "${SOURCE}" status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
  if(commit AND changes)
    string(APPEND commit "+")
  endif()
endif()
set(text "#include \"conformance/run/suite_commit.hpp\"

namespace kitfox::conformance {

std::string_view suite_commit() noexcept { return \"${commit}\"; }

}  // namespace kitfox::conformance
")
set(before "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" before)
endif()
if(NOT text STREQUAL before)
  file(WRITE "${OUTPUT}" "${text}")
endif()
