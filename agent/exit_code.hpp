#pragma once

namespace kitfox::agent {

/// How the process ends.
enum class exit_code : int {
  stopped = 0,            ///< Asked to stop, in order; also when the drain's time ran out.
  failed = 1,             ///< A fault of the program itself.
  bad_configuration = 2,  ///< Usage, environment or a file is wrong; nothing was dialled.
  key_refused = 3,        ///< 401 or 403 before the agent was ever connected.
  gateway_sent_away = 4,  ///< 204: the gateway asked the agent not to come back.
};

}  // namespace kitfox::agent
