#include "fakes/kube/test/server_fixture.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube::test {

json seen::value() const {
  auto value = parse_json(body);
  return value ? *value : json{};
}

std::vector<json> seen::events() const {
  std::vector<json> all;
  std::istringstream lines{body};
  for (std::string line; std::getline(lines, line);) {
    auto event = parse_json(line);
    EXPECT_TRUE(event.has_value()) << line;
    if (event) all.push_back(std::move(*event));
  }
  return all;
}

std::string seen::message() const { return std::string{text_at(value(), {"message"})}; }

server_fixture::server_fixture(api_server_options options)
    : now{runtime::mono_time{std::chrono::hours{1}}, *parse_time("2026-11-22T09:35:00Z")},
      server{std::move(options), now.wall} {
  const std::pair<const char*, std::vector<std::string>> users[] = {{"admin", {"system:masters"}},
                                                                    {"alice", {"devs"}},
                                                                    {"noperm", {}},
                                                                    {"impersonator", {}},
                                                                    {"rbacmgr", {"rbac-managers"}}};
  for (const auto& [name, groups] : users) {
    server.tokens().add_token(std::string{"token-"} + name, {name, {}, groups, {}});
  }
}

runtime::http::request server_fixture::request(const std::string& target, const std::string& user) const {
  runtime::http::request out;
  out.target = target;
  if (!user.empty()) out.headers.add("Authorization", "Bearer token-" + user);
  return out;
}

seen server_fixture::send(const std::string& method, const std::string& target, const std::string& user,
                          const std::string& body, std::vector<std::pair<std::string, std::string>> headers) {
  runtime::http::request out = request(target, user);
  out.method = method;
  out.body = body;
  for (auto& [name, value] : headers) out.headers.set(name, value);
  return send(out);
}

seen server_fixture::send(const runtime::http::request& request) {
  api_answer answer = start(request);
  return read(answer);
}

seen server_fixture::read(api_answer& answer) {
  seen out;
  out.status = answer.head.status;
  out.content_type = answer.head.headers.get("Content-Type").value_or("");
  out.headers = answer.head.headers;
  out.body = answer.head.body;
  while (answer.stream) {
    const stream_step step = answer.stream->next(now);
    if (step.kind == stream_step::kinds::send) {
      out.body += step.bytes;
      continue;
    }
    if (step.kind == stream_step::kinds::wait) out.ending = seen::endings::open;
    if (step.kind == stream_step::kinds::cut) out.ending = seen::endings::cut;
    break;
  }
  return out;
}

void server_fixture::load(std::string_view yaml) {
  diagnostics where;
  const auto failure = server.load_yaml(yaml, where, now.wall);
  ASSERT_FALSE(failure) << where.text();
}

void server_fixture::sleep(runtime::duration span) {
  now.mono += span;
  now.wall += span;
}

}  // namespace kitfox::kube::test
