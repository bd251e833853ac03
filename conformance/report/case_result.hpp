#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/judge.hpp"
#include "conformance/report/abstract_trace.hpp"

namespace kitfox::conformance {

/// One executed case, with all that a report may say of it.
struct case_result {
  std::string name;  ///< "revocation/revoked-key-loses-stream@sim#7"
  std::string id, area, title, file;
  std::string world;
  std::uint64_t seed = 0;
  std::vector<std::string> verifies;  ///< What the scenario puts to the test.
  judgement judged;
  std::string skipped_because;               ///< Why it was not run; empty when it was.
  std::optional<agreement> agrees_with_sim;  ///< Of a sockets case that was also played in sim.
  unsigned runs = 1;             ///< 2: came out inconclusive beside others, so ran once more, alone.
  unsigned accelerated = 1;      ///< By how much time was quicker in which it was judged.
  bool interrupted = false;      ///< A signal broke it off: nothing can be said about it.
  double wall_seconds = 0;       ///< What it took here.
  double world_seconds = 0;      ///< What passed in its world.
  std::uint64_t trace_hash = 0;  ///< sim only.
  std::size_t records = 0;
  std::string transcript_file;  ///< Relative to the output folder; empty where it was not kept.
  std::string logs_folder;      ///< What the programs wrote, relative as well; kept when something is wrong.
  std::string reproduce;        ///< The command that runs this case again.
  std::string timeline;         ///< Around the first divergence, for people; empty unless something is wrong.
  std::string picture;          ///< The whole run as the HTML report draws it; empty where none is written.
};

/// Neither worth an explanation nor a reason to fail: nothing was found, or the case was not run.
[[nodiscard]] bool is_quiet(const case_result& one);

/// A file that a subject consists of.
struct file_digest {
  std::string file, sha256;
};

/// What a run was made of; every member is empty where that is not known.
struct run_origin {
  std::string kitfox;                  ///< Version of this program.
  std::string started;                 ///< RFC 3339, UTC.
  std::string agent, gateway;          ///< "reference", or the command that stood in its place.
  std::string commit{};                ///< That this program was built from.
  std::vector<file_digest> digests{};  ///< Of the subject; see digests_of().
  std::string corpus{};                ///< SHA-256 of the scenarios that were planned; see corpus_digest().
};

/// What may be said of one subject that was put to a part of the specification (`kitfox test`).
struct run_claim {
  std::string subject;                    ///< Its name, role and profiles, for people.
  std::string verdict;                    ///< One line, with counts.
  bool conformant = false;                ///< Nothing required was broken, unclear, skipped or left out.
  std::vector<std::string> requirements;  ///< What was asked of it, by id.
};

/// One `kitfox run`.
struct run_result {
  std::vector<case_result> cases;
  double wall_seconds = 0;
  std::size_t planned = 0;
  bool interrupted = false;     ///< A signal ended it; `cases` holds those that were over by then.
  std::size_t out_of_time = 0;  ///< Cases that are skipped because the deadline of the run passed.
  run_origin origin = {};
  std::optional<run_claim> claim = {};  ///< Of a run that was about one subject.
  [[nodiscard]] verdict worst() const;
  [[nodiscard]] std::size_t count(verdict one) const;
};

}  // namespace kitfox::conformance
