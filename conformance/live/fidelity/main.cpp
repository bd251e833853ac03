// Compares the fake Kubernetes API server with a real one, which it starts from KUBEBUILDER_ASSETS.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "conformance/live/control_plane.hpp"
#include "conformance/live/fidelity/compare_twins.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::conformance {
namespace {

struct fidelity_options {
  twin_plan programs, rights;
  std::optional<std::size_t> programs_same_min;  ///< Fewer are a failure; none: any difference is.
};

void print_score(const char* what, const char* unit, const twin_score& score) {
  std::cout << fmt::format("{}: {} of {} answers the same ({:.2f} %), {} of {} {} without a difference\n",
                           what, score.same, score.asked,
                           score.asked == 0
                               ? 0.0
                               : 100.0 * static_cast<double>(score.same) / static_cast<double>(score.asked),
                           score.same_runs, score.runs, unit)
            << std::flush;
}

runtime::task<int> compare(runtime::host& on, std::string assets, fidelity_options options) {
  control_plane plane{on, std::move(assets)};
  std::string why;
  const runtime::error_code failure = co_await plane.start(why);
  if (failure) {
    std::cerr << "no API server: " << why << " (" << failure.message() << ")\n";
    co_return 5;
  }
  int status = 0;
  const auto fake = make_fake_twin(on.clock());
  const auto real = make_real_twin(on, plane.access());
  if (real) {
    const auto rights = co_await compare_rights(*fake, **real, options.rights, std::cout);
    if (rights) print_score("rights", "policies", *rights);
    if (!rights || rights->same != rights->asked) status = 1;
    const auto programs = co_await compare_programs(*fake, **real, options.programs, std::cout);
    if (programs) print_score("programs", "programs", *programs);
    if (!programs || programs->same_runs < options.programs_same_min.value_or(programs->runs)) status = 1;
    if (!rights || !programs) std::cerr << "the API server did not answer\n";
  } else {
    status = 5;
  }
  co_await plane.stop();
  co_return status;
}

}  // namespace
}  // namespace kitfox::conformance

int main(int argc, char** argv) {
  using namespace kitfox;
  conformance::fidelity_options options;
  options.rights = {1, 100, 100};
  options.programs = {1, 20, 60};
  CLI::App flags{"Asks a fake and a real Kubernetes API server the same and compares what they say"};
  std::uint64_t seed = 1;
  flags.add_option("--seed", seed, "Of the first program and policy")->capture_default_str();
  flags.add_option("--programs", options.programs.runs, "Random programs")->capture_default_str();
  flags.add_option("--programs-same-min", options.programs_same_min, "Without a difference; default: all");
  flags.add_option("--steps", options.programs.steps, "Requests of each")->capture_default_str();
  flags.add_option("--policies", options.rights.runs, "Random policies")->capture_default_str();
  flags.add_option("--questions", options.rights.steps, "About each")->capture_default_str();
  CLI11_PARSE(flags, argc, argv);
  options.programs.seed = options.rights.seed = seed;
  const char* const assets = std::getenv("KUBEBUILDER_ASSETS");
  if (assets == nullptr) {
    std::cerr << "KUBEBUILDER_ASSETS is not set\n";
    return 2;
  }
  runtime::no_events events;
  const auto host = runtime::real_host::make(events);
  return host->run(conformance::compare(*host, assets, options));
}
