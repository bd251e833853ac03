#include "fakes/fault/test/path_script.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/assert.hpp"

namespace kitfox::fault::test {
namespace {

std::string_view word(side one) { return one == side::client ? "client" : "server"; }

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::string_view word(dial_answer answer) {
  switch (answer) {
    case dial_answer::proceed:
      return "proceed";
    case dial_answer::refuse:
      return "refuse";
    case dial_answer::hang:
      return "hang";
    case dial_answer::reset_after_accept:
      return "reset_after_accept";
    case dial_answer::unreachable:
      return "unreachable";
  }
  return "?";
}

}  // namespace

std::string print_time(runtime::duration t) {
  if (t.count() == 0) return "0";
  if (t.count() % 1'000'000 != 0) return fmt::format("{}us", static_cast<double>(t.count()) / 1e3);
  const auto ms = t.count() / 1'000'000;
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

planned_fault plan_of(std::string name, std::string_view kind, std::string_view json) {
  plan_diagnostics why;
  auto plan = registry::standard().plan(std::move(name), kind, nlohmann::json::parse(json), why);
  EXPECT_TRUE(plan.has_value()) << why.message;
  return std::move(*plan);
}

path_script::path_script(link_properties wire, std::uint64_t seed)
    : random_{runtime::make_seeded_entropy(seed)} {
  link_ = std::make_unique<link>(link::options{"a->b", wire}, *random_, static_cast<firing_observer*>(this),
                                 [this](std::uint64_t id) {
                                   // Told for open connections only.
                                   KITFOX_ASSERT(paths_.contains(static_cast<int>(id)));
                                 });
}

path_script::~path_script() { paths_.clear(); }

fault_id path_script::add(std::string_view kind, std::string_view json, std::string name) {
  const auto added =
      link_->add(plan_of(name.empty() ? std::string{kind} : std::move(name), kind, json), now());
  EXPECT_TRUE(added.has_value());
  drain();
  return *added;
}

void path_script::heal(fault_id id) {
  EXPECT_EQ(link_->remove(id, now()), error_code{});
  drain();
}

void path_script::change(fault_id id, std::string_view kind, std::string_view json, std::string name) {
  const std::string called = name.empty() ? std::string{kind} : std::move(name);
  EXPECT_EQ(link_->replace(id, plan_of(called, kind, json), now()), error_code{});
  drain();
}

void path_script::set_wire(const link_properties& wire) {
  link_->set_properties(wire, now());
  drain();
}

int path_script::dial() {
  const int number = ++dialled_;
  auto& made = paths_[number] = link_->open(static_cast<std::uint64_t>(number));
  const path::dial_decision decision = made->on_dial(now());
  dial_answer_ = fmt::format("{} after {}", word(decision.answer), print_time(decision.delay));
  drain();
  if (decision.answer == dial_answer::proceed) until(now_ + decision.delay);
  return number;
}

tls_answer path_script::tls(int connection) {
  const tls_answer answer = paths_.at(connection)->on_tls(now());
  drain();
  return answer;
}

void path_script::close(int connection) { paths_.erase(connection); }

void path_script::bytes_from(side from, std::string_view bytes, int connection) {
  paths_.at(connection)->on_bytes(from, bytes, now());
  drain();
}

void path_script::end(side by, end_kind how, int connection) {
  paths_.at(connection)->on_end(by, how, now());
  drain();
}

void path_script::until(runtime::duration t) {
  KITFOX_ASSERT(t >= now_);
  for (;;) {
    std::optional<runtime::mono_time> first;
    for (const auto& [number, one] : paths_) {
      const auto next = one->next_timer();
      if (next && (!first || *next < *first)) first = next;
    }
    if (!first || first->time_since_epoch() > t) break;
    now_ = std::max(now_, first->time_since_epoch());
    for (const auto& [number, one] : paths_) {
      const auto next = one->next_timer();
      if (next && *next <= now()) one->on_timer(now());
    }
    drain();
  }
  now_ = t;
}

void path_script::drain() {
  for (const auto& [number, one] : paths_) {
    while (auto action = one->next_action()) {
      std::string what;
      switch (action->kind) {
        case path_action::what::deliver:
          what = "\"" + printable(action->bytes) + "\"";
          break;
        case path_action::what::end:
          what = "fin";
          break;
        case path_action::what::reset:
          what = "rst";
          break;
      }
      received_[{number, action->to}] += action->bytes;
      log_.push_back(fmt::format("{} {} {} {}", print_time(now_), number, word(action->to), what));
    }
  }
}

std::string path_script::received(side to, int connection) {
  return std::exchange(received_[{connection, to}], {});
}

void path_script::on_fired(const firing& one) {
  const std::string event = one.event.empty() ? "" : ", event " + one.event;
  firings_.push_back(fmt::format("{} {} \"{}\" at byte {}, planned {}, fired {}{}", one.fault, one.connection,
                                 one.what, one.offset, print_time(one.planned.time_since_epoch()),
                                 print_time(one.fired.time_since_epoch()), event));
}

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

std::string event_stream(const std::vector<std::string>& chunks) {
  std::string text{stream_head};
  for (const std::string& one : chunks) text += chunk(one);
  return text;
}

std::string post(std::string_view target, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: g\r\nContent-Length: {}\r\n\r\n{}", target, body.size(),
                     body);
}

std::string response(int status, std::string_view body) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

}  // namespace kitfox::fault::test
