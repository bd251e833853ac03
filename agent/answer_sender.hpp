#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "runtime/clock.hpp"
#include "runtime/task.hpp"

namespace kitfox::agent {

/// One answer on its way: the body as it is posted, each time the same bytes.
struct outgoing_answer {
  std::string request_id;
  std::string body;
  runtime::mono_time deadline{};  ///< Of the command.
};

/// How the delivery of an answer ended.
enum class delivery {
  delivered,    ///< 2xx.
  too_large,    ///< 413; a shorter answer may still be delivered.
  refused,      ///< Any other status that no repetition changes (400, 404, 409, 410).
  key_refused,  ///< 401 or 403.
  given_up,     ///< Deadline, or the tries are used up.
  cancelled,    ///< The agent ends.
};

/// Delivers answers to the gateway, with retries. The reference is `response_sender`.
class answer_sender {
 public:
  virtual ~answer_sender() = default;
  /// Many may be under way. `answer` is the whole unit of retry.
  [[nodiscard]] virtual runtime::task<delivery> send(outgoing_answer answer) = 0;
};

}  // namespace kitfox::agent
