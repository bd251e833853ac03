#pragma once
#include <memory>

#include "runtime/host.hpp"

namespace kitfox::conformance {

// What is put around the host of a reference agent to make another agent of it, one function each; the name
// says what the agent does then. `inner` outlives what is returned.
using agent_surroundings = std::unique_ptr<runtime::host>(runtime::host& inner);

agent_surroundings loses_commands_that_come_in_pieces, leaves_at_nonsense, runs_unfinished_events,
    ignores_deadlines, says_ready_for_ever, keeps_quiet_about_connects, keeps_quiet_about_disconnects,
    follows_redirects, dials_twice, reads_secrets, asks_for_anything, shows_its_key, takes_one_spelling,
    comes_back_while_stopping, dials_for_each_answer, ignores_cancels, resumes_from_nowhere,
    comes_back_when_sent_away, ends_lines_anywhere, knows_all_members, needs_a_new_gateway, deaf_to_retry,
    is_struck_dumb_by_noise;

}  // namespace kitfox::conformance
