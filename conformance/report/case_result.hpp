#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/judge/judge.hpp"

namespace kitfox::conformance {

/// One executed case, with all that a report may say of it.
struct case_result {
  std::string name;  ///< "revocation/revoked-key-loses-stream@sim#7"
  std::string id, area, title, file;
  std::string world;
  std::uint64_t seed = 0;
  judgement judged;
  double wall_seconds = 0;       ///< What it took here.
  double world_seconds = 0;      ///< What passed in its world.
  std::uint64_t trace_hash = 0;  ///< sim only.
  std::size_t records = 0;
  std::string transcript_file;  ///< Relative to the output folder; empty where it was not kept.
  std::string reproduce;        ///< The command that runs this case again.
  std::string timeline;         ///< Around the first divergence, for people; empty unless something is wrong.
};

/// One `kitfox run`.
struct run_result {
  std::vector<case_result> cases;
  double wall_seconds = 0;
  std::size_t planned = 0;
  [[nodiscard]] verdict worst() const;
  [[nodiscard]] std::size_t count(verdict one) const;
};

}  // namespace kitfox::conformance
