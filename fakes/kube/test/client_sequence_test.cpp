#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sstream>

#include "fakes/kube/test/golden_replay.hpp"

// Sends what real clients sent for a command, byte for byte, and compares status, media type and kind of the
// answer with what a real kube-apiserver answered. Commands that only read, follow, list events or ask for
// permissions; those that write need what the fake does not do (see README.md).
namespace kitfox::kube::golden {
namespace {

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

bool is_covered(const std::string& command) {
  constexpr std::array beginnings{"version", "get-",         "describe-",  "logs",   "events",
                                  "api-",    "cluster-info", "auth-can-i", "whoami", "top"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const char* one) { return command.starts_with(one); });
}

/// The recording leaves out who asked; 401 is only for tokens that nobody knows.
std::string user_of(const std::string& command, const json& call) {
  if (call["status"] == 401) return "nobody-knows";
  if (command == "get-pods-403") return "noperm";
  if (command.starts_with("auth-can-i-as-imp") || command == "auth-can-i-as-denied") return "impersonator";
  return "admin";
}

exchange request_of(const json& call, const std::string& user) {
  exchange out;
  out.request.method = text_at(call, {"method"});
  out.request.target = text_at(call, {"target"});
  out.request.headers.add("Authorization", "Bearer <token of " + user + ">");
  for (const auto& [key, name] : {std::pair{"accept", "Accept"},
                                  {"content-type", "Content-Type"},
                                  {"impersonate-user", "Impersonate-User"}}) {
    if (const std::string value{text_at(call, {key})}; !value.empty()) out.request.headers.add(name, value);
  }
  out.request.body = text_at(call, {"body"});
  if (call.contains("body_hex")) out.request.body = from_hex(call["body_hex"].get<std::string>());
  return out;
}

/// Paths of groups that the fake does not serve, and OpenAPI, which it has not.
bool is_left_out(const std::string& target, const test::seen& seen) {
  return seen.status == 404 && (target.starts_with("/apis/") || target.starts_with("/openapi"));
}

std::string media_type_of(const std::string& given) {
  const std::string base = given.substr(0, given.find(';'));
  // Answers are JSON where a client would take protobuf too.
  return base == "application/vnd.kubernetes.protobuf" ? "application/json" : base;
}

std::string difference_of_call(const json& call, const test::seen& seen) {
  std::ostringstream out;
  if (seen.status != call["status"])
    out << "status " << seen.status << ", recorded " << call["status"] << "; ";
  const std::string expected = media_type_of(std::string{text_at(call, {"resp_content_type"})});
  if (media_type_of(seen.content_type) != expected)
    out << "content type " << seen.content_type << ", recorded " << expected << "; ";
  const std::string kind{text_at(call, {"resp_kind"})};
  if (kind.empty()) return out.str();
  json value = seen.value();
  if (const auto events = seen.events(); value.is_null() || value.contains("object"))
    value = events.empty() ? json{} : value_at(events.front(), {"object"});
  const bool waits = seen.body.empty() && seen.ending == test::seen::endings::open;
  if (!waits && text_at(value, {"kind"}) != kind)
    out << "kind " << text_at(value, {"kind"}) << ", recorded " << kind;
  return out.str();
}

class ClientSequence : public testing::TestWithParam<const char*> {};

TEST_P(ClientSequence, GetsWhatKubeApiserverAnswered) {
  const std::filesystem::path corpus{KITFOX_GOLDEN_CORPUS};
  std::ostringstream text;
  text << std::ifstream{corpus / "client-sequences" / GetParam()}.rdbuf();
  const auto file = parse_json(text.str());
  ASSERT_TRUE(file.has_value());
  replay run{corpus / "fixture.jsonl"};
  // The recorder's kubelet had logs of earlier runs, too.
  run.write_log({"shop", "cart-0", "app", log_instance::previous}, "line 0");
  std::size_t commands = 0, calls = 0, left_out = 0;
  for (const auto& [command, sent] : (*file)["commands"].items()) {
    if (!is_covered(command)) continue;
    ++commands;
    for (const json& call : sent) {
      const exchange asked = request_of(call, user_of(command, call));
      const test::seen seen = run.send(asked);
      if (is_left_out(asked.request.target, seen) && call["status"] != 404) {
        ++left_out;
        continue;
      }
      ++calls;
      EXPECT_EQ(difference_of_call(call, seen), "")
          << command << ": " << asked.request.method << " " << asked.request.target;
    }
  }
  EXPECT_GT(commands, 30U);
  std::cout << GetParam() << ": " << calls << " calls of " << commands << " commands compared, " << left_out
            << " to groups that are not served\n";
}

INSTANTIATE_TEST_SUITE_P(Kubectl, ClientSequence, testing::Values("k24.json", "k30.json", "k35.json"),
                         [](const auto& one) { return std::string{one.param}.substr(0, 3); });

}  // namespace
}  // namespace kitfox::kube::golden
