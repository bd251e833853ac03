#pragma once
#include <string>
#include <vector>

#include "conformance/subject/subject_check.hpp"

namespace kitfox::conformance {

struct played_subject_check {
  std::vector<subject_check_step> steps;
  std::string last_words;  ///< The end of what the subject wrote, for people.
  std::string failure;     ///< Of kitfox itself; empty otherwise.
  bool answered = true;    ///< An agent answered a command, good or bad.
};

/// Plays the scenario of the check with real processes on loopback, in a folder that is gone afterwards, and
/// looks at how far the subject came.
[[nodiscard]] played_subject_check play_subject_check(const subject& whose);

}  // namespace kitfox::conformance
