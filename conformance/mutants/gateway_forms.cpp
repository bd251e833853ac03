// Gateways whose messages lack something, or whose figures and lists are not so.
#include <algorithm>

#include "conformance/mutants/gateway_rewiring.hpp"
#include "conformance/mutants/gateway_wire.hpp"

namespace kitfox::conformance {
namespace {

using runtime::duration;

/// Takes a field out of a head.
void remove_field(std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at != std::string::npos) head.erase(at, head.find("\r\n", at + 2) - at);
}

class without_scheme final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    remove_field(bytes, "WWW-Authenticate");
    return {};
  }
};

class without_hints final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, "event: drain\n", "event: later\n");
    replace_all(bytes, "retry: ", "later: ");
    return {};
  }
};

/// Makes a request unreadable.
void spoil(std::string& request) { replace_all(request, " HTTP/1.1\r\n", " HTTP/7.1\r\n"); }

class acquainted_with_all_fields final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    const std::string_view target = std::string_view{bytes}.substr(0, bytes.find(" HTTP/1.1"));
    std::string_view query = target.substr(std::min(target.find('?'), target.size()));
    bool known = true;
    while (known && !query.empty()) {
      query.remove_prefix(1);
      const std::string_view one = query.substr(0, query.find('&'));
      query.remove_prefix(one.size());
      const std::string_view name = one.substr(0, one.find('='));
      known = name.ends_with("_version") || name.ends_with("_count") || name == "instance_id" ||
              name == "cluster_name";
    }
    if (!known && target.find("/agent/connect") != std::string_view::npos) spoil(bytes);
  }
};

class in_need_of_a_code final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    if (bytes.find("\"ok\":false") != std::string::npos && bytes.find("\"error_code\"") == std::string::npos)
      spoil(bytes);
  }
};

class failures_without_codes final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, R"("error_code":"busy")", R"("error_text":"busy")");
    return {};
  }
};

class without_methods final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    remove_field(bytes, "Allow");
    return {};
  }
};

class acquainted_with_all final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    asked_ = bytes.starts_with("POST ") && bytes.find("/agent/heartbeat ") != std::string::npos;
  }
  duration on_write(std::string& bytes) override {
    if (asked_) replace_all(bytes, "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK");
    return {};
  }
  bool asked_ = false;
};

/// Takes one of two opinions about where a request ends.
class decided_ends final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    if (bytes.find("\r\nTransfer-Encoding: ") != std::string::npos) remove_field(bytes, "Content-Length");
  }
};

/// One queue for the commands of all clusters.
class commands_in_turn final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    const bool of_command = bytes.find("event: command\n") != std::string::npos;
    return of_command ? of_.wait_for_turn(std::chrono::milliseconds{20}) : duration{};
  }
};

/// The end of what an agent posted last, whichever it was; a run has one thread.
thread_local std::string last_words;

class remembering : public gateway_stream {
 protected:
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    const std::size_t mark = bytes.rfind("kfx-");
    if (mark != std::string::npos) last_words = bytes.substr(mark, 23);
  }
};

class told_in_answers final : public remembering {
  using remembering::remembering;
  void on_read(std::string& bytes) override {
    before_ = last_words;
    remembering::on_read(bytes);
  }
  duration on_write(std::string& bytes) override {
    const std::size_t length = bytes.find("Content-Length: "), body = bytes.find("\r\n\r\n");
    if (length == std::string::npos || body == std::string::npos || !bytes.ends_with('}')) return {};
    bytes.insert(bytes.size() - 1, R"(,"x_last":")" + before_ + '"');
    const std::size_t digits = length + std::string_view{"Content-Length: "}.size();
    bytes.replace(digits, bytes.find("\r\n", digits) - digits, std::to_string(bytes.size() - body - 4));
    return {};
  }
  std::string before_;
};

/// Edits of what callers read, of the same length.
class last_news final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    if (of_.lost_a_stream()) replace_all(bytes, R"("status":"connected")", R"("status":"error"    )");
    return {};
  }
};

class drifting_gauge final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    constexpr std::string_view name = "\nkitfox_gateway_connected ";
    const std::size_t at = bytes.find(name);
    if (at == std::string::npos) return {};
    char& digit = bytes[at + name.size()];
    digit = digit == '9' ? '8' : static_cast<char>(digit + 1);
    return {};
  }
};

class uncounted_connects final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, "gateway_connects_total", "gateway_kept_secret_no");
    return {};
  }
};

class uncounted_denials final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, R"(commands_total{code="denied"})", R"(commands_total{code="hushed"})");
    return {};
  }
};

class nameless_answers final : public gateway_stream {
  using gateway_stream::gateway_stream;
  duration on_write(std::string& bytes) override {
    replace_all(bytes, R"("request_id":)", R"("ownly_mine":)");
    return {};
  }
};

/// Counts where chance is asked for.
class counting_entropy final : public runtime::entropy {
 public:
  std::uint64_t next() override { return ++last_; }
  void fill(std::span<unsigned char> out) override {
    std::fill(out.begin(), out.end(), static_cast<unsigned char>(0));
    ++last_;
    for (std::size_t i = 0; i < std::min(out.size(), sizeof(last_)); ++i)
      out[i] = static_cast<unsigned char>(last_ >> (8 * i));
  }
  std::unique_ptr<entropy> child(std::string_view) const override {
    return std::make_unique<counting_entropy>();
  }

 private:
  std::uint64_t last_ = 0;
};

class counted_ids final : public runtime::entropy {
 public:
  explicit counted_ids(runtime::entropy& usual) : usual_{usual} {}
  std::uint64_t next() override { return usual_.next(); }
  void fill(std::span<unsigned char> out) override { usual_.fill(out); }
  std::unique_ptr<entropy> child(std::string_view name) const override {
    if (name == "request ids") return std::make_unique<counting_entropy>();
    return usual_.child(name);
  }

 private:
  runtime::entropy& usual_;
};

class numbered_commands final : public rewiring {
 public:
  explicit numbered_commands(runtime::host& on) : numbers_{on.entropy()} {}
  runtime::entropy& numbers(runtime::entropy&) override { return numbers_; }

 private:
  counted_ids numbers_;
};

}  // namespace

using host_ptr = std::unique_ptr<runtime::host>;
using settings = gateway::gateway_options;

host_ptr remembers_who_spoke_last(runtime::host& on, const settings& of) {
  return around_door<door::agents, remembering>(on, of);
}
host_ptr repeats_who_spoke_last(runtime::host& on, const settings& of) {
  return around_door<door::agents, told_in_answers>(on, of);
}
std::string with_last_words(const protocol::agent_event& event) {
  std::string out = protocol::encode_agent_event(event);
  if (std::holds_alternative<protocol::command_event>(event))
    replace_all(out, "data: {", R"(data: {"x_last":")" + last_words + R"(",)");
  return out;
}
host_ptr names_no_scheme(runtime::host& on, const settings& of) {
  return around_door<door::agents, without_scheme>(on, of);
}
host_ptr gives_no_hints(runtime::host& on, const settings& of) {
  return around_door<door::agents, without_hints>(on, of);
}
host_ptr knows_all_fields(runtime::host& on, const settings& of) {
  return around_door<door::agents, acquainted_with_all_fields>(on, of);
}
host_ptr needs_a_code(runtime::host& on, const settings& of) {
  return around_door<door::agents, in_need_of_a_code>(on, of);
}
host_ptr fails_without_codes(runtime::host& on, const settings& of) {
  return around_door<door::callers, failures_without_codes>(on, of);
}
host_ptr keeps_methods_to_itself(runtime::host& on, const settings& of) {
  return around_door<door::agents, without_methods>(on, of);
}
host_ptr claims_to_know_everybody(runtime::host& on, const settings& of) {
  return around_door<door::agents, acquainted_with_all>(on, of);
}
host_ptr serves_clusters_in_turn(runtime::host& on, const settings& of) {
  return around_door<door::agents, commands_in_turn>(on, of);
}
host_ptr makes_up_its_mind_about_ends(runtime::host& on, const settings& of) {
  return around_door<door::agents, decided_ends>(on, of);
}
host_ptr shows_the_last_news(runtime::host& on, const settings& of) {
  return around_door<door::callers, last_news>(on, of);
}
host_ptr lets_its_gauge_drift(runtime::host& on, const settings& of) {
  return around_door<door::callers, drifting_gauge>(on, of);
}
host_ptr counts_no_connects(runtime::host& on, const settings& of) {
  return around_door<door::callers, uncounted_connects>(on, of);
}
host_ptr counts_no_denials(runtime::host& on, const settings& of) {
  return around_door<door::callers, uncounted_denials>(on, of);
}
host_ptr keeps_ids_to_itself(runtime::host& on, const settings& of) {
  return around_door<door::callers, nameless_answers>(on, of);
}
host_ptr numbers_its_commands(runtime::host& on, const settings&) {
  return std::make_unique<rewired_host>(on, std::make_unique<numbered_commands>(on));
}

}  // namespace kitfox::conformance
