#include "conformance/world/keyring.hpp"

#include <boost/system/errc.hpp>
#include <nlohmann/json.hpp>

#include "conformance/world/names.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* route = "/api/v1/team/k8s-clusters";

runtime::error_code refused() {
  return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

std::string describe(const std::string& what, const runtime::result<runtime::http::response>& answer) {
  if (!answer) return what + ": " + answer.error().message();
  return what + ": HTTP " + std::to_string(answer->status) + " " + answer->body.substr(0, 200);
}

}  // namespace

void keyring::learn(std::size_t cluster, const std::string& text) {
  const std::string id = text.substr(0, text.find('.'));
  clusters_[cluster].keys.push_back({id, text, false});
  world_.tape().know_key(text, id);
  record issued;
  issued.kind = record_kind::step_ended;
  issued.name = "key_issued";
  issued.more = {
      {"key", id}, {"cluster", cluster_label(of_, cluster)}, {"team", of_.clusters[cluster].team_path()}};
  world_.tape().add(std::move(issued), world_.harness().clock().now());
}

runtime::task<runtime::error_code> keyring::create(std::size_t cluster, std::string& why) {
  const cluster_spec& spec = of_.clusters[cluster];
  nlohmann::json body{{"cluster_name", spec.name}, {"display_name", spec.name}};
  auto request = caller_.make_request("POST", route, spec.team_path(), true, body.dump());
  const auto answer = co_await caller_.exchange(caller::listener::callers, std::move(request));
  const nlohmann::json json = answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json{};
  if (!answer || answer->status != 201 || !json.is_object() || !json.contains("token") ||
      !json.contains("cluster_id")) {
    why = describe("creating cluster " + spec.path(), answer);
    co_return refused();
  }
  clusters_[cluster].id = json["cluster_id"].get<std::string>();
  learn(cluster, json["token"].get<std::string>());
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::issue(std::size_t cluster, std::string& why) {
  const std::string target = std::string{route} + "/" + clusters_[cluster].id + "/keys";
  auto request = caller_.make_request("POST", target, of_.clusters[cluster].team_path(), true, "{}");
  const auto answer = co_await caller_.exchange(caller::listener::callers, std::move(request));
  const nlohmann::json json = answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json{};
  if (!answer || answer->status != 201 || !json.is_object() || !json.contains("token")) {
    why = describe("issuing another key of " + of_.clusters[cluster].path(), answer);
    co_return refused();
  }
  learn(cluster, json["token"].get<std::string>());
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::remove(std::size_t cluster, std::string target,
                                                   std::vector<key*> gone, std::string& why) {
  const auto note = [&](record_kind kind) {
    for (const key* one : gone) {
      record step;
      step.kind = kind;
      step.name = "revoke";
      step.more = {{"key", one->id}, {"cluster", cluster_label(of_, cluster)}};
      world_.tape().add(std::move(step), world_.harness().clock().now());
    }
  };
  note(record_kind::step_begun);
  auto request =
      caller_.make_request("DELETE", std::move(target), of_.clusters[cluster].team_path(), true, {});
  const auto answer = co_await caller_.exchange(caller::listener::callers, std::move(request));
  for (key* one : gone) one->revoked = true;
  if (!answer || answer->status != 204) {
    why = describe("revoking access of " + of_.clusters[cluster].path(), answer);
    co_return refused();
  }
  note(record_kind::step_ended);
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::revoke(std::size_t cluster, std::size_t which, std::string& why) {
  key& one = clusters_[cluster].keys.at(which);
  std::vector<key*> gone{&one};
  return remove(cluster, std::string{route} + "/" + clusters_[cluster].id + "/keys/" + one.id,
                std::move(gone), why);
}

runtime::task<runtime::error_code> keyring::revoke_all(std::size_t cluster, std::string& why) {
  std::vector<key*> gone;
  for (key& one : clusters_[cluster].keys) {
    if (!one.revoked) gone.push_back(&one);
  }
  return remove(cluster, std::string{route} + "/" + clusters_[cluster].id, std::move(gone), why);
}

const keyring::key* keyring::current(std::size_t cluster) const {
  const auto& keys = clusters_[cluster].keys;
  for (auto one = keys.rbegin(); one != keys.rend(); ++one) {
    if (!one->revoked) return &*one;
  }
  return keys.empty() ? nullptr : &keys.back();
}

std::string keyring::with_wrong_secret(const key& right) {
  std::string text = right.text;
  for (std::size_t i = text.find('.') + 1; i < text.size(); ++i) text[i] = text[i] == 'A' ? 'B' : 'A';
  return text;
}

std::string keyring::unknown_key() { return "ixfx_k8s_neverissued0." + std::string(43, 'A'); }

}  // namespace kitfox::conformance
