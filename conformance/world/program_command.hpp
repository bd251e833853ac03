#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// Splits a command line as a shell does, without running one: blanks part words, single quotes keep
/// everything, double quotes everything but a backslash before ", \ or $, and a backslash outside of quotes
/// keeps the next character. Empty when a quote or a backslash is left open, or there is no word.
[[nodiscard]] std::optional<std::vector<std::string>> split_command_line(std::string_view text);
/// The word as split_command_line() reads it back.
[[nodiscard]] std::string quote_word(std::string_view word);

/// What keeps a command from being started at all: "no program \"agnt\" in PATH", "./agent: permission
/// denied"; empty: nothing.
[[nodiscard]] std::string wrong_with_program(const std::string& word);

/// The path of a program that was built or installed with this one.
[[nodiscard]] std::string beside_this_program(std::string_view name);
/// `command` split, or, when it is empty, the program called `reference` that lies beside this one. What
/// cannot be split is one word: starting it then fails by its name.
[[nodiscard]] std::vector<std::string> command_or_reference(std::string_view command,
                                                            std::string_view reference);

}  // namespace kitfox::conformance
