// Streams that come and go, and what a gateway keeps of them.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/bench/gateway_load.hpp"

namespace kitfox::conformance {

using runtime::error_code;
using runtime::task;

namespace {
constexpr int churn_looks_max = 10;
}  // namespace

task<void> gateway_load::come_and_go(churning& all) {
  while (all.next < all.end && !cancelled_) {
    const std::size_t number = all.next++;
    load_agent one{host_,
                   {gateway_.agents(), trust_},
                   clusters_[number % clusters_.size()].key,
                   fmt::format("churn-{}", number)};
    const error_code failure = co_await one.connect();
    one.close();
    if (!failure) {
      ++all.out.connected;
      continue;
    }
    ++all.out.failed;
    all.why = "an agent's connect: " + failure.message();
  }
}

task<error_code> gateway_load::churn(const churn_load& what, churning& all, std::size_t until) {
  all.end = until;
  runtime::task_group dials{host_};
  for (std::size_t i = 0; i < what.dials_at_once; ++i)
    dials.spawn("stream that comes and goes", come_and_go(all));
  co_await dials.join();
  auto settling = pause(what.settle);
  co_return co_await std::move(settling);
}

task<runtime::result<churn_numbers::left_behind>> gateway_load::look(std::string& why) {
  why = "reading metrics";
  auto stream = co_await host_.network().dial(gateway_.callers(), trust_);
  if (!stream) co_return stream.error();
  bare_connection reader{std::move(*stream)};
  const std::string request =
      fmt::format("GET /metrics HTTP/1.1\r\nHost: gateway\r\nX-Internal-Service: {}\r\n\r\n",
                  gateway_program::credential);
  const auto status = co_await reader.exchange(request);
  if (!status) co_return status.error();
  churn_numbers::left_behind out;
  bool begins = true, comment = false;
  for (const char c : reader.body()) {
    if (begins) comment = c == '#';
    begins = c == '\n';
    if (begins && !comment) ++out.metric_series;
  }
  // The reader's own connection counts each time: whether a gateway has seen its end yet would be chance.
  const auto usage = gateway_.usage();
  reader.close();
  if (!usage) co_return usage.error();
  out.resident_bytes = usage->resident_bytes;
  out.descriptors = usage->descriptors;
  why.clear();
  co_return out;
}

task<error_code> gateway_load::run(const churn_load& what, churn_numbers& out, std::string& why) {
  churning all{0, 0, out, why};
  error_code failure = co_await churn(what, all, what.warm_up);
  if (failure) co_return failure;
  const auto before = co_await look(why);
  if (!before) co_return before.error();
  out.before = *before;
  out.connected = 0;
  const runtime::mono_time begun = host_.clock().now();
  failure = co_await churn(what, all, what.warm_up + what.connects);
  if (failure) co_return failure;
  out.wall = host_.clock().now() - begun - what.settle;
  // What stays is what was left behind; a gateway on a busy machine may be closing the last ones still.
  for (int looks = 1;; ++looks) {
    const auto after = co_await look(why);
    if (!after) co_return after.error();
    out.after = *after;
    if (out.after.descriptors <= out.before.descriptors || looks == churn_looks_max) break;
    auto settling = pause(what.settle);
    failure = co_await std::move(settling);
    if (failure) co_return failure;
  }
  co_return error_code{};
}

}  // namespace kitfox::conformance
