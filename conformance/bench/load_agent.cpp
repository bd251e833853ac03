#include "conformance/bench/load_agent.hpp"

#include <fmt/format.h>

#include <boost/system/errc.hpp>

#include "runtime/deadline.hpp"

namespace kitfox::conformance {

namespace http = runtime::http;

load_agent::load_agent(runtime::host& on, address gateway, std::string key, std::string instance_id)
    : host_{on}, gateway_{std::move(gateway)}, key_{std::move(key)}, instance_id_{std::move(instance_id)} {}

runtime::task<runtime::error_code> load_agent::connect() {
  auto opening = open();
  return runtime::with_timeout(host_.clock(), connect_timeout, std::move(opening));
}

runtime::task<runtime::error_code> load_agent::open() {
  auto dialled = co_await host_.network().dial(gateway_.at, gateway_.trust);
  if (!dialled) co_return dialled.error();
  stream_.emplace(std::move(*dialled), http::limits{});
  http::request wanted;
  wanted.target =
      "/agent/"
      "connect?agent_version=bench&kubernetes_version=1.31&node_count=3&namespace_count=5&instance_id=" +
      instance_id_;
  wanted.headers.add("Host", "gateway");
  wanted.headers.add("Authorization", "Bearer " + key_);
  wanted.headers.add("Accept", "text/event-stream");
  const auto head = co_await stream_->start(std::move(wanted));
  if (!head) co_return head.error();
  if (head->status != 200) co_return make_error_code(boost::system::errc::connection_refused);
  while (!connected_) {
    if (const runtime::error_code failure = co_await read_events()) co_return failure;
  }
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> load_agent::read_events() {
  const auto bytes = co_await stream_->read_body();
  if (!bytes) co_return bytes.error();
  if (bytes->empty()) co_return make_error_code(runtime::errc::end_of_stream);
  co_return decoder_.feed(*bytes, [this](const protocol::sse_event& event) {
    if (event.type == "connected") connected_ = true;
    if (event.type == "heartbeat") ++heartbeats_;
    if (event.type == "command") commands_.emplace_back(event.id);
  });
}

runtime::task<runtime::error_code> load_agent::serve() {
  for (;;) {
    if (const runtime::error_code failure = co_await read_events()) co_return failure;
    for (const std::string& id : commands_) {
      if (const runtime::error_code failure = co_await answer(id)) co_return failure;
    }
    commands_.clear();
  }
}

runtime::task<runtime::error_code> load_agent::prepare_answers() {
  auto dialled = co_await host_.network().dial(gateway_.at, gateway_.trust);
  if (!dialled) co_return dialled.error();
  answers_ = std::make_unique<bare_connection>(std::move(*dialled));
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> load_agent::answer(const std::string& request_id) {
  if (!answers_) {
    if (const runtime::error_code failure = co_await prepare_answers()) co_return failure;
  }
  const std::string body = fmt::format(
      R"({{"request_id":"{}","ok":true,"result":{{"namespace_count":0,"namespaces":[]}}}})", request_id);
  const std::string request = fmt::format(
      "POST /agent/response/{} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      request_id, key_, body.size(), body);
  const auto status = co_await answers_->exchange(request);
  if (!status) co_return status.error();
  if (*status != 200) co_return make_error_code(boost::system::errc::protocol_error);
  co_return runtime::error_code{};
}

void load_agent::close() noexcept {
  if (stream_) stream_->close();
  if (answers_) answers_->close();
}

}  // namespace kitfox::conformance
