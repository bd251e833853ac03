#include "fakes/kube/ask_probe.hpp"

#include <fmt/format.h>
#include <signal.h>

#include "runtime/child_process.hpp"
#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::kube {

namespace {

using runtime::task;

task<probe_answer> ask_command(runtime::host& on, const probe_request& question) {
  runtime::child_options options;
  options.command = question.command;
  options.environment = question.environment;
  options.directory = question.directory;
  probe_answer answer;
  auto child = runtime::child_process::start(on, options, [&answer](std::string_view line) {
    if (answer.said.size() + line.size() < probe_text_bytes_max) answer.said.append(line).append("\n");
  });
  if (!child) {
    answer.said = child.error().message();
    co_return answer;
  }
  const auto code = co_await runtime::with_timeout(on.clock(), question.timeout, (*child)->ended());
  if (code) {
    answer.succeeded = *code == 0;
    co_return answer;
  }
  (*child)->signal_group(SIGKILL);
  static_cast<void>(co_await (*child)->ended());
  answer.said = fmt::format("command {} timed out", fmt::join(question.command, " "));
  co_return answer;
}

task<runtime::result<int>> get_status(runtime::host& on, const probe_request& question) {
  runtime::endpoint here{"127.0.0.1", question.port};
  auto stream = co_await on.network().dial(std::move(here), nullptr);
  if (!stream) co_return stream.error();
  if (question.kind == probe_request::kinds::tcp) co_return 200;
  runtime::http::client_connection connection{std::move(*stream), {}};
  runtime::http::request request;
  request.target = question.path;
  request.headers.add("Host", fmt::format("127.0.0.1:{}", question.port));
  request.headers.add("User-Agent", "kube-probe/1.20");
  request.headers.add("Connection", "close");
  const auto response = co_await connection.roundtrip(std::move(request));
  if (!response) co_return response.error();
  co_return response->status;
}

task<probe_answer> ask_port(runtime::host& on, const probe_request& question) {
  const auto status = co_await runtime::with_timeout(on.clock(), question.timeout, get_status(on, question));
  probe_answer answer;
  if (!status) {
    answer.said = fmt::format("127.0.0.1:{}: {}", question.port, status.error().message());
  } else if (*status < 200 || *status >= 400) {
    answer.said = fmt::format("HTTP probe failed with statuscode: {}", *status);
  } else {
    answer.succeeded = true;
  }
  co_return answer;
}

}  // namespace

task<probe_answer> ask_probe(runtime::host& on, probe_request question) {
  if (question.kind == probe_request::kinds::exec) co_return co_await ask_command(on, question);
  co_return co_await ask_port(on, question);
}

}  // namespace kitfox::kube
