#include "conformance/world/keyring.hpp"

#include <boost/system/errc.hpp>
#include <variant>

#include "conformance/world/names.hpp"

namespace kitfox::conformance {
namespace {

runtime::error_code refused() {
  return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

/// What is shown of an answer that was not the right one.
constexpr std::size_t shown_bytes_max = 200;

}  // namespace

keyring::keyring(world& in, caller& by, const topology& of)
    : world_{in},
      caller_{by},
      of_{of},
      clusters_(of.clusters.size()),
      unique_{std::to_string(in.harness().clock().wall_now().time_since_epoch().count())} {}

void keyring::learn(std::size_t cluster, const made_key& fresh) {
  clusters_[cluster].keys.push_back({fresh.id, fresh.text, false});
  world_.tape().know_key(fresh.text, fresh.id);
  record issued;
  issued.kind = record_kind::step_ended;
  issued.name = "key_issued";
  issued.more = {{"key", fresh.id},
                 {"cluster", cluster_label(of_, cluster)},
                 {"team", of_.clusters[cluster].team_path()}};
  world_.tape().add(std::move(issued), world_.harness().clock().now());
}

runtime::task<runtime::result<std::string>> keyring::ask(declared_request of, placeholders values,
                                                         std::string& why) {
  const std::string url = placed(of.url, values);
  const bool here = url.starts_with("/");
  runtime::http::request message;
  message.method = of.method;
  message.body = placed(of.body, values);
  if (here) {
    message.target = url;
    message.headers.add("Host", world_.caller_service().host);
  }
  for (const auto& [name, value] : of.headers) message.headers.add(name, placed(value, values));
  if (!message.body.empty() && !message.headers.get("Content-Type"))
    message.headers.add("Content-Type", "application/json");
  auto asking = here ? caller_.exchange(caller::listener::callers, std::move(message))
                     : caller_.exchange_elsewhere(url, std::move(message));
  const auto answer = co_await std::move(asking);
  why = of.method + " " + url;
  if (!answer) {
    why += ": " + answer.error().message();
    co_return answer.error();
  }
  const bool right = of.status != 0 ? answer->status == of.status : answer->status / 100 == 2;
  if (right) co_return answer->body;
  why += ": HTTP " + std::to_string(answer->status) + " " + answer->body.substr(0, shown_bytes_max);
  co_return refused();
}

runtime::task<runtime::result<std::string>> keyring::carry_out(key_action action, std::size_t cluster,
                                                               std::string key_id, std::string& why) {
  const cluster_spec& spec = of_.clusters[cluster];
  placeholders values{{"ORG", spec.organisation},
                      {"TEAM", spec.team},
                      {"CLUSTER", spec.name},
                      {"CLUSTER_ID", clusters_[cluster].id},
                      {"KEY_ID", std::move(key_id)},
                      {"CALLER", world_.credential(spec.team_path(), false)},
                      {"ADMINISTRATOR", world_.credential(spec.team_path(), true)},
                      {"CALLERS_URL", world_.callers_url()},
                      {"UNIQUE", unique_}};
  if (const auto* request = std::get_if<declared_request>(&action)) {
    declared_request one = *request;
    return ask(std::move(one), std::move(values), why);
  }
  std::vector<std::string> words;
  for (const std::string& word : std::get<declared_command>(action).words)
    words.push_back(placed(word, values));
  return world_.run_command(std::move(words), why);
}

runtime::task<runtime::error_code> keyring::create(std::size_t cluster, std::string& why) {
  auto making = carry_out(world_.keys().make, cluster, std::string{}, why);
  const auto answer = co_await std::move(making);
  const std::string purpose = "creating cluster " + of_.clusters[cluster].path() + ": ";
  if (!answer) {
    why = purpose + why;
    co_return refused();
  }
  made_key fresh = read_made_key(*answer, world_.keys().answer);
  if (fresh.error.empty() && fresh.cluster_id.empty()) fresh.error = "it does not name the cluster's id";
  if (!fresh.error.empty()) {
    why = purpose + fresh.error + ", but " + answer->substr(0, shown_bytes_max);
    co_return refused();
  }
  clusters_[cluster].id = fresh.cluster_id;
  learn(cluster, fresh);
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::issue(std::size_t cluster, std::string& why) {
  const std::string purpose = "issuing another key of " + of_.clusters[cluster].path() + ": ";
  if (!world_.keys().another) {
    why = purpose + "no way is declared";
    co_return refused();
  }
  auto making = carry_out(*world_.keys().another, cluster, std::string{}, why);
  const auto answer = co_await std::move(making);
  if (!answer) {
    why = purpose + why;
    co_return refused();
  }
  const made_key fresh = read_made_key(*answer, world_.keys().answer);
  if (!fresh.error.empty()) {
    why = purpose + fresh.error + ", but " + answer->substr(0, shown_bytes_max);
    co_return refused();
  }
  learn(cluster, fresh);
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::remove(std::size_t cluster, std::optional<key_action> by,
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
  const std::string purpose = "revoking access of " + of_.clusters[cluster].path() + ": ";
  if (!by) {
    why = purpose + "no way is declared";
    co_return refused();
  }
  note(record_kind::step_begun);
  std::string key_id = gone.empty() ? std::string{} : gone.front()->id;
  auto revoking = carry_out(std::move(*by), cluster, std::move(key_id), why);
  const auto answer = co_await std::move(revoking);
  for (key* one : gone) one->revoked = true;
  if (!answer) {
    why = purpose + why;
    co_return refused();
  }
  note(record_kind::step_ended);
  co_return runtime::error_code{};
}

runtime::task<runtime::error_code> keyring::revoke(std::size_t cluster, std::size_t which, std::string& why) {
  std::vector<key*> gone{&clusters_[cluster].keys.at(which)};
  return remove(cluster, world_.keys().revoke_key, std::move(gone), why);
}

runtime::task<runtime::error_code> keyring::revoke_all(std::size_t cluster, std::string& why) {
  std::vector<key*> gone;
  for (key& one : clusters_[cluster].keys) {
    if (!one.revoked) gone.push_back(&one);
  }
  return remove(cluster, world_.keys().revoke, std::move(gone), why);
}

runtime::task<void> keyring::leave() {
  if (!world_.gateway_stays() || !world_.keys().revoke) co_return;
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    if (clusters_[i].id.empty() || current(i) == nullptr || current(i)->revoked) continue;
    key_action by = *world_.keys().revoke;
    // Not over the callers' link, which may still have its faults.
    if (auto* request = std::get_if<declared_request>(&by);
        request != nullptr && request->url.starts_with("/"))
      request->url = world_.callers_url() + request->url;
    std::string why, key_id = current(i)->id;
    auto revoking = carry_out(std::move(by), i, std::move(key_id), why);
    const auto answer = co_await std::move(revoking);
    static_cast<void>(answer);
  }
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
