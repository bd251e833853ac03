#include <CLI/CLI.hpp>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "fakes/fault/fake_proxy_command.hpp"
#include "fakes/kube/fake_apiserver_command.hpp"

namespace kitfox::conformance {
namespace {

/// `kitfox fake WHAT ...`: the fakes as programs of their own, each with its own flags and `--help`.
class fake_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("fake", "Run one of the fakes: apiserver or proxy");
    flags->require_subcommand(1);
    apiserver_ = add_program(*flags, "apiserver", "A fake Kubernetes API server over TLS, with real RBAC");
    proxy_ = add_program(*flags, "proxy", "A fault proxy that toxiproxy's clients can talk to");
    return flags;
  }

  exit_status run(std::ostream&, std::ostream&) override {
    if (apiserver_->parsed()) return call(kube::run_fake_apiserver, "kitfox fake apiserver", *apiserver_);
    return call(fault::run_fake_proxy, "kitfox fake proxy", *proxy_);
  }

 private:
  static CLI::App* add_program(CLI::App& to, const std::string& name, const std::string& meaning) {
    CLI::App* const one = to.add_subcommand(name, meaning);
    one->set_help_flag();  // `--help` goes to the program, which knows its flags
    one->prefix_command();
    return one;
  }
  static exit_status call(int (*program)(int, char**), std::string name, const CLI::App& flags) {
    std::vector<std::string> words = flags.remaining();
    words.insert(words.begin(), std::move(name));
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    return static_cast<exit_status>(program(static_cast<int>(pointers.size()), pointers.data()));
  }

  CLI::App* apiserver_ = nullptr;
  CLI::App* proxy_ = nullptr;
};

}  // namespace

std::unique_ptr<cli_command> make_fake_command() { return std::make_unique<fake_command>(); }

}  // namespace kitfox::conformance
