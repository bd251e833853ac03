#include "gateway/answers.hpp"

#include <algorithm>
#include <utility>

#include "protocol/agent_messages.hpp"
#include "protocol/dashboard_messages.hpp"
#include "protocol/keys.hpp"

namespace kitfox::gateway {

using runtime::http::response;

response make_answer(int status, std::string json) {
  response answer;
  answer.status = status;
  answer.headers.add("Content-Type", "application/json");
  answer.headers.add("Cache-Control", "no-store");
  answer.body = std::move(json);
  return answer;
}

response make_refusal(int status, std::string_view detail) {
  return make_answer(status, protocol::print_error_body({protocol::redact(detail)}));
}

response make_refusal(int status) { return make_refusal(status, runtime::http::reason_phrase(status)); }

response with_retry_after(response answer, runtime::duration after) {
  const auto whole = std::max(std::chrono::ceil<std::chrono::seconds>(after), std::chrono::seconds{1});
  answer.headers.set("Retry-After", std::to_string(whole.count()));
  return answer;
}

response make_readiness(readiness now) {
  constexpr std::chrono::seconds retry_after{5};
  switch (now) {
    case readiness::ready:
      break;
    case readiness::draining:
      return with_retry_after(make_answer(503, R"({"status":"draining"})"), retry_after);
    case readiness::audit_down:
      return with_retry_after(make_answer(503, R"({"status":"audit_down"})"), retry_after);
  }
  return make_answer(200, R"({"status":"ready"})");
}

response make_health() { return make_answer(200, protocol::print_health_answer({})); }

}  // namespace kitfox::gateway
