// Gateways whose audit lacks something, or holds too much.
#include "conformance/mutants/gateway_rewiring.hpp"
#include "conformance/mutants/gateway_wire.hpp"

namespace kitfox::conformance {
namespace {

/// An audit whose lines are changed on their way to the store; an empty one is not written.
class edited_audit : public gateway::audit_sink {
 public:
  explicit edited_audit(gateway::audit_sink& inner) : inner_{inner} {}
  runtime::result<gateway::audit_head> head() override { return inner_.head(); }
  runtime::task<runtime::error_code> append(std::span<const gateway::audit_line> lines) override {
    std::vector<gateway::audit_line> changed;
    for (const gateway::audit_line& line : lines) {
      gateway::audit_line one = line;
      edit(one.text);
      if (!one.text.empty()) changed.push_back(std::move(one));
    }
    co_return co_await inner_.append(changed);
  }
  std::string why() const override { return inner_.why(); }

 private:
  virtual void edit(std::string& line) = 0;
  gateway::audit_sink& inner_;
};

class without_ends final : public edited_audit {
  using edited_audit::edited_audit;
  void edit(std::string& line) override {
    if (line.find(R"("event":"disconnect")") != std::string::npos) line.clear();
  }
};

class raw_lines final : public edited_audit {
  using edited_audit::edited_audit;
  void edit(std::string& line) override { replace_all(line, "\\u0022", "\""); }
};

class unchained final : public edited_audit {
  using edited_audit::edited_audit;
  void edit(std::string& line) override {
    if (const std::size_t at = line.find(R"("prev":")"); at != std::string::npos) line[at + 8] = 'x';
  }
};

/// The parameters of the last call; a run has one thread.
thread_local std::string last_params;

class calls_with_memory final : public gateway_stream {
  using gateway_stream::gateway_stream;
  void on_read(std::string& bytes) override {
    const std::size_t at = bytes.find("\"params\":{");
    if (at != std::string::npos) last_params = bytes.substr(at, bytes.find('}', at) + 1 - at);
  }
};

class talkative final : public edited_audit {
  using edited_audit::edited_audit;
  void edit(std::string& line) override {
    const bool of_command = line.find(R"("event":"command")") != std::string::npos;
    if (of_command && !last_params.empty()) line.insert(1, last_params + ",");
  }
};

}  // namespace

using audit_ptr = std::unique_ptr<gateway::audit_sink>;

audit_ptr records_no_ends_of_streams(gateway::audit_sink& inner) {
  return std::make_unique<without_ends>(inner);
}
audit_ptr writes_raw_lines(gateway::audit_sink& inner) { return std::make_unique<raw_lines>(inner); }
audit_ptr breaks_its_chain(gateway::audit_sink& inner) { return std::make_unique<unchained>(inner); }
audit_ptr audits_parameters(gateway::audit_sink& inner) { return std::make_unique<talkative>(inner); }

std::unique_ptr<runtime::host> remembers_parameters(runtime::host& on, const gateway::gateway_options& of) {
  return around_door<door::callers, calls_with_memory>(on, of);
}

}  // namespace kitfox::conformance
