#include "fakes/fault/fake_proxy_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "fakes/fault/proxy_api.hpp"
#include "fakes/fault/proxy_entry.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

enum exit_code { stopped = 0, bad_usage = 2, cannot_listen = 5 };

struct command_options {
  std::string host = "localhost";
  std::uint16_t port = 8474;
  std::string config;
  std::string authority_out;
  std::optional<std::uint64_t> seed;
};

void describe(CLI::App& app, command_options& options) {
  app.add_option("--host", options.host, "Address of the API")->capture_default_str();
  app.add_option("--port", options.port, "Port of the API; 0 lets the system choose")->capture_default_str();
  app.add_option("--config", options.config, "JSON file with proxies to begin with, as for POST /populate")
      ->check(CLI::ExistingFile);
  app.add_option("--seed", options.seed, "Faults draw from this seed; without it each run differs");
  app.add_option(
      "--ca-out", options.authority_out,
      "Writes the authority behind proxies that end TLS to this file (PEM); clients must trust it");
  app.footer("Exit codes: 0 stopped on request, 2 bad options or files, 5 an address cannot be used.");
}

int complain(int code, const std::string& why) {
  std::cerr << "kitfox fake proxy: " << why << '\n';
  return code;
}

std::optional<json> read_config(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  json parsed = json::parse(text.str(), nullptr, false);
  if (!in || parsed.is_discarded()) return std::nullopt;
  return parsed;
}

runtime::task<void> stop_server(runtime::stop_source& stop, runtime::http::server& server) {
  const error_code ended = co_await stop.wait();
  static_cast<void>(ended);  // either way the program ends
  server.close_all();
}

runtime::task<int> serve(runtime::host& on, proxy_table& table, const command_options& options,
                         runtime::stop_source& stop) {
  runtime::endpoint at{options.host, options.port};
  auto listening = co_await on.network().listen(at, nullptr);
  if (!listening) {
    co_return complain(cannot_listen, print_address(at) + ": " + listening.error().message());
  }
  std::cout << "toxiproxy API at http://" << print_address((*listening)->local()) << std::endl;
  proxy_api api{table};
  runtime::http::server server{on, std::move(*listening), api, {}};
  runtime::task_group waiting{on};
  waiting.spawn("stop", stop_server(stop, server));
  co_await server.run();
  waiting.cancel();
  co_await waiting.join();
  co_return stopped;
}

runtime::task<int> run(runtime::host& on, command_options options, runtime::stop_source& stop) {
  const auto random =
      options.seed ? runtime::make_seeded_entropy(*options.seed) : on.entropy().child("faults");
  proxy_table table{on, *random, {}};
  int code = stopped;
  if (!options.authority_out.empty()) {
    std::ofstream out{options.authority_out, std::ios::binary};
    out << table.authority_pem();
    out.close();
    if (out.fail()) code = complain(bad_usage, "cannot write " + options.authority_out);
  }
  if (code == stopped && !options.config.empty()) {
    auto config = read_config(options.config);
    api_answer made{400, {{"error", options.config + " is not JSON"}}};
    if (config) made = co_await table.populate(std::move(*config));
    if (made.status != 201) {
      code = complain(made.status == 500 ? cannot_listen : bad_usage, made.body["error"].get<std::string>());
    }
  }
  if (code == stopped) code = co_await serve(on, table, options, stop);
  co_await table.close();
  co_return code;
}

}  // namespace

int run_fake_proxy(int argc, char** argv) {
  CLI::App app{"A TCP, TLS and HTTP proxy with faults, driven by toxiproxy's HTTP API", "kitfox fake proxy"};
  command_options options;
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    const int code = app.exit(failure);
    return code == 0 ? stopped : bad_usage;
  }
  runtime::json_lines_options log;
  log.path = "stderr";
  log.least = runtime::severity::warning;
  const std::unique_ptr<runtime::event_sink> events = runtime::make_json_lines_sink(log);
  const std::unique_ptr<runtime::real_host> host = runtime::real_host::make(*events);
  runtime::stop_source stop{host->executor()};
  host->stop_on_signals(stop);
  return host->run(run(*host, std::move(options), stop));
}

}  // namespace kitfox::fault
