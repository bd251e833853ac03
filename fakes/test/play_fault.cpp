#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "fakes/test/fault_bench.hpp"
#include "runtime/errc.hpp"

namespace kitfox::test {
namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error_code;
using runtime::task;

task<void> read_all(observed& into) {
  std::string buffer(4096, '\0');
  for (;;) {
    const auto count = co_await into.stream->read_some(buffer);
    if (count) {
      into.bytes.append(buffer, 0, *count);
      continue;
    }
    // A FIN in the middle of TLS is one, too.
    const bool fin = count.error() == errc::end_of_stream || count.error() == errc::tls_truncated;
    if (count.error() != errc::cancelled) into.state = fin ? "fin" : "rst";
    co_return;
  }
}

task<void> welcome(fault_bench& in, std::unique_ptr<runtime::byte_stream> stream) {
  const error_code failure = co_await stream->handshake();
  if (failure) co_return;
  in.accepted.push_back(std::make_unique<observed>());
  observed& peer = *in.accepted.back();
  peer.stream = std::move(stream);
  co_await read_all(peer);
}

task<void> accept_all(fault_bench& in) {
  for (;;) {
    auto stream = co_await in.upstream().accept();
    if (!stream) co_return;
    in.at_server.spawn("welcome", welcome(in, std::move(*stream)));
  }
}

/// How the client learns of it. On a real machine what is refused or has no route is reset.
std::string name_of_failed_dial(const error_code& failure) {
  if (failure == errc::certificate_untrusted) return "certificate_untrusted";
  if (failure == errc::certificate_expired) return "certificate_expired";
  if (failure == errc::certificate_not_yet_valid) return "certificate_not_yet_valid";
  if (failure == errc::certificate_wrong_host) return "certificate_wrong_host";
  if (failure == errc::tls_failed) return "tls_failed";
  return "rst";
}

task<void> dial_once(fault_bench& in, observed& into) {
  runtime::endpoint to = in.front();
  auto stream = co_await in.client_host.network().dial(std::move(to), in.trusting());
  if (!stream) {
    if (stream.error() != errc::cancelled) into.state = name_of_failed_dial(stream.error());
    co_return;
  }
  into.stream = std::move(*stream);
  co_await read_all(into);
}

observed& dial(fault_bench& in) {
  in.dialled.push_back(std::make_unique<observed>());
  observed& made = *in.dialled.back();
  in.at_client.spawn("dial", dial_once(in, made));
  return made;
}

task<void> say(observed& from, std::string bytes) {
  // A cut connection may refuse it.
  const error_code failure = co_await from.stream->write(bytes);
  static_cast<void>(failure);
}

task<void> say_and_end(observed& from, std::string bytes) {
  EXPECT_EQ(co_await from.stream->write(bytes), error_code{});
  EXPECT_EQ(co_await from.stream->shutdown_send(), error_code{});
}

/// Lets all others go on until `condition` holds; false when the test gave up.
task<bool> until(fault_bench& in, std::function<bool()> condition) {
  while (!condition()) {
    const error_code failure = co_await in.client_host.clock().sleep_for(1ms);
    if (failure) co_return false;
  }
  co_return true;
}

/// The connection that brought `bytes` to the server, of those after the first `known`; null: none yet.
observed* peer_that_got(fault_bench& in, std::size_t known, const std::string& bytes) {
  for (std::size_t i = known; i < in.accepted.size(); ++i) {
    if (in.accepted[i]->bytes == bytes) return in.accepted[i].get();
  }
  return nullptr;
}

/// A whole exchange on a connection that the fault leaves alone: whatever was to come before it has come.
task<void> settle(fault_bench& in) {
  const std::size_t known = in.accepted.size();
  observed& control = dial(in);
  const bool there = co_await until(in, [&control] { return control.stream != nullptr; });
  if (!there) co_return;
  in.at_client.spawn("say", say(control, "ping"));
  const bool asked = co_await until(in, [&in, known] { return peer_that_got(in, known, "ping") != nullptr; });
  EXPECT_TRUE(asked);
  if (!asked) co_return;
  in.at_server.spawn("say", say(*peer_that_got(in, known, "ping"), "pong"));
  const bool answered = co_await until(in, [&control] { return control.bytes == "pong"; });
  EXPECT_TRUE(answered);
}

fault::planned_fault plan_of(const fault_case& what) {
  nlohmann::json parameters = nlohmann::json::parse(what.json);
  if (!parameters.contains("connection")) parameters["connection"] = 1;
  fault::plan_diagnostics why;
  auto plan = fault::registry::standard().plan(what.name, what.kind, parameters, why);
  EXPECT_TRUE(plan.has_value()) << why.message;
  return std::move(*plan);
}

fault::fault_id add(fault_bench& in, const fault_case& what) {
  const auto added = in.through().add(plan_of(what), in.client_host.clock().now());
  EXPECT_TRUE(added.has_value());
  return *added;
}

task<void> send(fault_bench& in, const fault_case& what, observed& client, observed& server) {
  if (what.sending == fault_case::order::after_firing) {
    const bool fired = co_await until(in, [&in] { return in.firings().count() > 0; });
    EXPECT_TRUE(fired);
  }
  const std::string& request = what.client_sends;
  if (what.client == fault_case::afterwards::ends_its_direction) {
    in.at_client.spawn("say", say_and_end(client, request));
  } else if (!request.empty()) {
    in.at_client.spawn("say", say(client, request));
  }
  if (what.server_sends.empty()) co_return;
  if (what.sending == fault_case::order::in_turn) {
    const bool arrived =
        co_await until(in, [&server, &request] { return server.bytes.size() >= request.size(); });
    EXPECT_TRUE(arrived);
  }
  in.at_server.spawn("say", say(server, what.server_sends));
}

task<void> expect_both(fault_bench& in, observed& client, observed& server, std::string at_client,
                       std::string at_server) {
  const bool seen = co_await until(in, [&client, &server, &at_client, &at_server] {
    return client.print() == at_client && server.print() == at_server;
  });
  EXPECT_TRUE(seen);
  EXPECT_EQ(client.print(), at_client);
  EXPECT_EQ(server.print(), at_server);
}

task<void> expect_of_second_dial(fault_bench& in, std::string meets) {
  observed& second = dial(in);
  if (meets == "silence") {
    // It is asked for its answer before any later connection exists.
    const bool asked = co_await until(in, [&in] { return in.firings().count() > 0; });
    EXPECT_TRUE(asked);
    co_await settle(in);
    EXPECT_EQ(second.print(), "|open");
    co_return;
  }
  const bool over = co_await until(in, [&second] { return second.state != "open"; });
  EXPECT_TRUE(over);
  EXPECT_EQ(second.print(), "|" + meets);
}

}  // namespace

task<void> play(fault_bench& in, fault_case what) {
  in.at_server.spawn("accept", accept_all(in));
  fault::fault_id id{};
  if (what.added == fault_case::begins::before_dial) id = add(in, what);
  observed& client = dial(in);
  const bool connected =
      co_await until(in, [&in, &client] { return client.stream != nullptr && !in.accepted.empty(); });
  EXPECT_TRUE(connected) << "no connection";
  if (!connected) co_return;
  observed& server = *in.accepted.front();
  const runtime::mono_time since = in.client_host.clock().now();
  if (what.added == fault_case::begins::established) id = add(in, what);
  co_await send(in, what, client, server);
  if (!what.second_dial.empty()) co_await expect_of_second_dial(in, what.second_dial);
  co_await expect_both(in, client, server, what.client_sees, what.server_sees);
  EXPECT_GE(in.client_host.clock().now() - since, what.takes_at_least);
  co_await settle(in);
  EXPECT_EQ(client.print(), what.client_sees) << "and nothing more";
  EXPECT_EQ(server.print(), what.server_sees) << "and nothing more";
  EXPECT_EQ(in.through().never_fired(), std::vector<std::string>{});
  if (!what.client_sees_healed && !what.server_sees_healed) co_return;
  EXPECT_EQ(in.through().remove(id, in.client_host.clock().now()), error_code{});
  const std::string at_client = what.client_sees_healed.value_or(what.client_sees);
  const std::string at_server = what.server_sees_healed.value_or(what.server_sees);
  co_await expect_both(in, client, server, at_client, at_server);
  co_await settle(in);
}

}  // namespace kitfox::test
