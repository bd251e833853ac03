#include "conformance/mutants/gateway_wire.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <vector>

#include "conformance/mutants/gateway_rewiring.hpp"
#include "runtime/errc.hpp"

namespace kitfox::conformance {
namespace {

using runtime::byte_stream;
using runtime::duration;
using runtime::endpoint;
using runtime::error_code;
using runtime::result;
using runtime::task;
using wire = std::unique_ptr<byte_stream>;

// --- the agents' door

class late_greeting final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    return opens_stream(bytes) ? duration{std::chrono::seconds{3}} : duration{};
  }
};

class unmarked_stream final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    if (opens_stream(bytes)) replace_all(bytes, "X-Accel-Buffering: no\r\n", "");
    return {};
  }
};

/// A connection whose end is not noticed, as long as `hides()` says so.
class endless_stream : public passing_stream {
 public:
  endless_stream(wire inner, gateway_rewiring& of)
      : passing_stream{std::move(inner)}, closed_{of.on().executor()} {}
  task<result<std::size_t>> read_some(std::span<char> into) override {
    const auto count = co_await inner().read_some(into);
    if (count.has_value() || count.error() == runtime::errc::cancelled || !hides()) co_return count;
    over_ = true;
    while (!is_closed_) {
      const error_code given_up = co_await closed_.wait();
      if (given_up) break;
    }
    co_return runtime::make_error_code(runtime::errc::cancelled);
  }
  task<error_code> write(std::string_view bytes) override {
    if (over_) co_return error_code{};
    const error_code failure = co_await inner().write(bytes);
    if (failure && failure != runtime::errc::cancelled && hides()) {
      over_ = true;
      co_return error_code{};
    }
    co_return failure;
  }
  void close() noexcept override {
    is_closed_ = true;
    closed_.notify_all();
    inner().close();
  }
  void reset() noexcept override {
    is_closed_ = true;
    closed_.notify_all();
    inner().reset();
  }

 protected:
  [[nodiscard]] virtual bool hides() const { return true; }

 private:
  runtime::notifier closed_;
  bool over_ = false, is_closed_ = false;
};

/// In the instant in which the connection began.
class endless_in_the_first_instant final : public endless_stream {
 public:
  endless_in_the_first_instant(wire inner, gateway_rewiring& of)
      : endless_stream{std::move(inner), of}, time_{of.on().clock()}, began_{time_.now()} {}

 private:
  bool hides() const override { return time_.now() == began_; }
  runtime::clock& time_;
  runtime::mono_time began_;
};

}  // namespace

/// An event stream that is known to its gateway's rewiring while it is open.
class watched_stream : public passing_stream {
 public:
  watched_stream(wire inner, gateway_rewiring& of) : passing_stream{std::move(inner)}, of_{of} {}
  ~watched_stream() override { std::erase(of_.open_streams, this); }
  task<error_code> write(std::string_view bytes) override {
    if (opens_stream(bytes)) of_.open_streams.push_back(this);
    before(bytes);
    writing_ = true;
    const error_code failure = co_await inner().write(bytes);
    writing_ = false;
    if (failure) co_return failure;
    co_return co_await after(bytes);
  }
  void cut() { inner().reset(); }
  [[nodiscard]] bool writing() const noexcept { return writing_; }
  [[nodiscard]] task<error_code> repeat(std::string bytes) {
    writing_ = true;
    const error_code failure = co_await inner().write(bytes);
    writing_ = false;
    co_return failure;
  }

 protected:
  virtual void before(std::string_view bytes) { static_cast<void>(bytes); }
  virtual task<error_code> after(std::string_view bytes) {
    static_cast<void>(bytes);
    co_return error_code{};
  }
  gateway_rewiring& of_;

 private:
  bool writing_ = false;
};

namespace {

class cut_with_the_key_store final : public watched_stream {
  using watched_stream::watched_stream;
  void before(std::string_view bytes) override {
    if (bytes.find("keys cannot be checked") == std::string_view::npos) return;
    for (watched_stream* one : std::vector{of_.open_streams}) one->cut();
  }
};

class broadcast_stream final : public watched_stream {
  using watched_stream::watched_stream;
  task<error_code> after(std::string_view bytes) override {
    if (bytes.find("event: command\n") == std::string_view::npos) co_return error_code{};
    for (watched_stream* one : std::vector{of_.open_streams}) {
      const auto& open = of_.open_streams;
      const bool there = std::find(open.begin(), open.end(), one) != open.end();
      // Whoever has gone meanwhile is told by its own session.
      if (there && one != this && !one->writing())
        static_cast<void>(co_await one->repeat(std::string{bytes}));
    }
    co_return error_code{};
  }
};

// --- the callers' door

constexpr std::string_view credential_field = "X-Internal-Service: ";

std::string credential_in(const std::string& request) {
  const std::size_t at = request.find(credential_field);
  if (at == std::string::npos) return {};
  const std::size_t from = at + credential_field.size();
  return request.substr(from, request.find('\r', from) - from);
}

void set_credential(std::string& request, const std::string& secret) {
  const std::string before = credential_in(request);
  const std::size_t head = request.find("\r\n");
  if (head == std::string::npos) return;
  if (before.empty())
    request.insert(head + 2, std::string{credential_field} + secret + "\r\n");
  else
    replace_all(request, std::string{credential_field} + before, std::string{credential_field} + secret);
}

class keyless_calls final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    replace_all(bytes, "\"idempotency_key\"", "\"idempotency_kez\"");
  }
};

class slow_timeouts final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    return bytes.find("\"error_code\":\"timeout\"") != std::string::npos ? duration{std::chrono::seconds{6}}
                                                                         : duration{};
  }
};

class slow_refusals final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    const bool says = bytes.find("\"error_code\":\"unavailable\"") != std::string::npos;
    return says ? duration{std::chrono::milliseconds{600}} : duration{};
  }
};

class trusted_calls final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    for (const gateway::caller_credential& one : of_.callers()) {
      if (!one.bound) continue;
      const bool in_query = bytes.find("org_id=" + one.bound->org_id +
                                       "&team_node_id=" + one.bound->team_node_id + " ") != std::string::npos;
      const bool in_body =
          bytes.find("\"org_id\":\"" + one.bound->org_id + '"') != std::string::npos &&
          bytes.find("\"team_node_id\":\"" + one.bound->team_node_id + '"') != std::string::npos;
      if (in_query || in_body) return set_credential(bytes, one.secret);
    }
  }
};

class lists_of_others final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    if (!bytes.starts_with("GET /internal/clusters ")) return;
    const std::string mine = credential_in(bytes);
    const auto& all = of_.callers();
    const auto me = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.secret == mine; });
    if (me == all.end()) return;
    for (const gateway::caller_credential& one : all) {
      if (one.bound != me->bound) return set_credential(bytes, one.secret);
    }
  }
};

class mute_when_draining final : public gateway_stream {
 public:
  using gateway_stream::gateway_stream;
  task<error_code> write(std::string_view bytes) override {
    if (of_.draining()) {
      inner().reset();
      co_return runtime::make_error_code(runtime::errc::connection_reset);
    }
    co_return co_await inner().write(bytes);
  }
};

class other_metrics final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, "; version=0.0.4", "; version=1.0.0");
    return {};
  }
};

class any_time_limit final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    static const std::regex limit{R"(("timeout":)([^,}]+))"};
    std::smatch found;
    if (!std::regex_search(bytes, found, limit)) return;
    const double asked = std::strtod(found[2].str().c_str(), nullptr);
    if (asked > 0 && asked <= 300) return;
    std::string sane = "9";
    sane.resize(static_cast<std::size_t>(found.length(2)), ' ');  // the length of the body stays
    bytes.replace(static_cast<std::size_t>(found.position(2)), sane.size(), sane);
  }
};

class remembering_keys final : public gateway::key_source {
 public:
  explicit remembering_keys(gateway::key_source& inner) : inner_{inner} {}
  task<result<std::optional<gateway::key_record>>> find(std::string key_id) override {
    if (const auto known = known_.find(key_id); known != known_.end()) co_return known->second;
    auto found = co_await inner_.find(key_id);
    if (found.has_value() && *found) known_[key_id] = **found;
    co_return found;
  }

 private:
  gateway::key_source& inner_;
  std::map<std::string, gateway::key_record> known_;
};

}  // namespace

using host_ptr = std::unique_ptr<runtime::host>;
using settings = gateway::gateway_options;

host_ptr greets_late(runtime::host& on, const settings& of) {
  return around_door<door::agents, late_greeting>(on, of);
}
host_ptr does_not_notice_who_leaves_at_once(runtime::host& on, const settings& of) {
  return around_door<door::agents, endless_in_the_first_instant>(on, of);
}
host_ptr forbids_nothing_to_buffers(runtime::host& on, const settings& of) {
  return around_door<door::agents, unmarked_stream>(on, of);
}
host_ptr does_not_notice_callers_who_leave(runtime::host& on, const settings& of) {
  return around_door<door::callers, endless_stream>(on, of);
}
host_ptr ignores_idempotency_keys(runtime::host& on, const settings& of) {
  return around_door<door::callers, keyless_calls>(on, of);
}
host_ptr takes_its_time_to_say_timeout(runtime::host& on, const settings& of) {
  return around_door<door::callers, slow_timeouts>(on, of);
}
host_ptr takes_its_time_to_say_unavailable(runtime::host& on, const settings& of) {
  return around_door<door::callers, slow_refusals>(on, of);
}
host_ptr drops_streams_with_its_key_store(runtime::host& on, const settings& of) {
  return around_door<door::agents, cut_with_the_key_store>(on, of);
}
host_ptr believes_what_callers_say_of_themselves(runtime::host& on, const settings& of) {
  return around_door<door::callers, trusted_calls>(on, of);
}
host_ptr lists_the_clusters_of_others(runtime::host& on, const settings& of) {
  return around_door<door::callers, lists_of_others>(on, of);
}
host_ptr hangs_up_on_callers_when_it_stops(runtime::host& on, const settings& of) {
  return around_door<door::callers, mute_when_draining>(on, of);
}
host_ptr prints_metrics_of_another_version(runtime::host& on, const settings& of) {
  return around_door<door::callers, other_metrics>(on, of);
}
host_ptr takes_any_time_limit(runtime::host& on, const settings& of) {
  return around_door<door::callers, any_time_limit>(on, of);
}
host_ptr sends_commands_to_everybody(runtime::host& on, const settings& of) {
  return around_door<door::agents, broadcast_stream>(on, of);
}

std::unique_ptr<gateway::key_source> never_asks_twice(gateway::key_source& inner) {
  return std::make_unique<remembering_keys>(inner);
}

}  // namespace kitfox::conformance
