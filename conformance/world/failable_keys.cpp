#include "conformance/world/failable_keys.hpp"

namespace kitfox::conformance {

runtime::task<runtime::result<std::optional<gateway::key_record>>> failable_keys::find(std::string key_id) {
  const bool works = state.to != auth_backend_verb::state::slow && state.to != auth_backend_verb::state::down;
  if (!works && met) met();
  if (state.to == auth_backend_verb::state::slow) {
    const runtime::error_code failure = co_await time_.sleep_for(state.delay);
    if (failure) co_return failure;
  }
  if (state.to == auth_backend_verb::state::down)
    co_return gateway::make_error_code(gateway::gateway_errc::store_failed);
  co_return co_await inner_.find(std::move(key_id));
}

}  // namespace kitfox::conformance
