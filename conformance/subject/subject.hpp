#pragma once
#include <string>
#include <vector>

#include "conformance/spec/requirement_registry.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

/// A requirement that a subject is known to break.
struct known_failure {
  std::string requirement;
  std::string reason;
};

/// What a subject file declares (scenarios/schema/subject-v1.json): a program, what it takes, what it claims
/// and what it is known to break.
struct subject {
  party role = party::agent;
  std::string name;
  subject_program program;
  std::vector<std::string> files;  ///< And folders, of which it consists beside what its command names.
  std::vector<requirement_profile> profiles{requirement_profile::core};
  std::vector<known_failure> known_failures;
};

}  // namespace kitfox::conformance
