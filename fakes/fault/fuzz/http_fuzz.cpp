// Faults on HTTP and server-sent events: no crash, nothing kept back once both ends have ended, and not a
// byte changed by a fault whose match never comes. The input is a script: a control byte says who sends how
// many of the bytes that follow, or adds or heals a fault, or lets time pass.
#include <array>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fakes/fault/link.hpp"

namespace {

using namespace kitfox;
using namespace kitfox::fault;

struct fault_choice {
  std::string_view kind, json;
};
constexpr std::array<fault_choice, 20> choices{{
    {"rst", R"({"path": "/never/*"})"},
    {"fin", R"({"event_type": "never"})"},
    {"status", R"({"code": 503, "request": "every 2"})"},
    {"redirect", "{}"},
    {"lose_response", R"({"how": "silent"})"},
    {"stall", R"({"at": "mid_body", "lasts": "1s"})"},
    {"stall", R"({"at": "after_status_line", "lasts": "1s"})"},
    {"drip", R"({"bytes": 3, "every": "10ms"})"},
    {"truncate", R"({"bytes": 5})"},
    {"duplicate_request", "{}"},
    {"content_length", R"({"change": -3})"},
    {"buffer", R"({"bytes": 20})"},
    {"sse_duplicate", "{}"},
    {"sse_drop", R"({"event": "every 2"})"},
    {"sse_reorder", "{}"},
    {"sse_split", R"({"delay": "1ms"})"},
    {"sse_truncate", R"({"event": 3})"},
    {"sse_silence", R"({"what": "data"})"},
    {"sse_wrong_type", "{}"},
    {"sse_replay", R"({"last": 3})"},
}};
/// The first of them never come to act.
constexpr std::size_t idle_choices = 2;

void insist(bool holds) {
  if (!holds) std::abort();
}

struct bench {
  std::unique_ptr<runtime::entropy> random = runtime::make_seeded_entropy(1);
  kitfox::fault::link through{{"fuzz", {}}, *random, nullptr, {}};
  std::unique_ptr<path> subject = through.open(1);
  runtime::mono_time now{};
  std::array<std::string, 2> sent, got;
  std::array<bool, 2> ended{};
  bool was_reset = false;

  void drain() {
    while (auto action = subject->next_action()) {
      if (action->kind == path_action::what::deliver)
        got[action->to == side::client ? 0 : 1] += action->bytes;
      if (action->kind == path_action::what::reset) was_reset = true;
    }
  }
  void pass_time(runtime::duration span) {
    const runtime::mono_time until = now + span;
    for (auto next = subject->next_timer(); next && *next <= until; next = subject->next_timer()) {
      now = std::max(now, *next);
      subject->on_timer(now);
      drain();
    }
    now = until;
  }
  void send(side from, std::string_view bytes) {
    const std::size_t at = from == side::client ? 0 : 1;
    if (ended[at]) return;
    sent[at] += bytes;
    subject->on_bytes(from, bytes, now);
    drain();
  }
  void end(side from) {
    const std::size_t at = from == side::client ? 0 : 1;
    if (std::exchange(ended[at], true)) return;
    subject->on_end(from, end_kind::fin, now);
    drain();
  }
};

planned_fault plan(const fault_choice& chosen) {
  plan_diagnostics why;
  auto made = registry::standard().plan("fuzzed", chosen.kind, nlohmann::json::parse(chosen.json), why);
  insist(made.has_value());
  return std::move(*made);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t choice = data[0] % choices.size();
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  bench in;
  static_cast<void>(in.subject->on_dial(in.now));
  std::optional<fault_id> active;
  while (!rest.empty()) {
    const auto control = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    if (control == 0xff && !active) {
      active = *in.through.add(plan(choices[choice]), in.now);
    } else if (control == 0xfe && active) {
      insist(!in.through.remove(*std::exchange(active, std::nullopt), in.now));
    } else if (control == 0xfd) {
      in.pass_time(std::chrono::milliseconds{100});
    } else {
      const std::size_t length = std::min<std::size_t>(rest.size(), (control >> 1U) + 1U);
      in.send((control & 1U) == 0 ? side::client : side::server, rest.substr(0, length));
      rest.remove_prefix(length);
    }
    in.drain();
  }
  in.end(side::server);
  in.end(side::client);
  in.pass_time(std::chrono::hours{24});
  if (active) insist(!in.through.remove(*active, in.now));
  in.drain();
  in.pass_time(std::chrono::hours{24});
  const bool silent = choices[choice].kind == "lose_response";
  if (!silent) insist(in.subject->held(side::client) == 0 && in.subject->held(side::server) == 0);
  if (choice < idle_choices) insist(in.got[1] == in.sent[0] && in.got[0] == in.sent[1]);
  return 0;
}
