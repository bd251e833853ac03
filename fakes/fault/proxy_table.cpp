#include "fakes/fault/proxy_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/fault/proxy_entry.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

api_answer failure_answer(const api_failure& why) {
  return {why.status, {{"error", why.message}, {"status", why.status}}};
}
const api_failure no_proxy{404, "proxy not found"};

}  // namespace

proxy_table::proxy_table(runtime::host& on, const runtime::entropy& random, proxy_limits limits)
    : on_{on}, random_{random}, limits_{limits}, firings_{limits.firings_max}, free_{on.executor()} {}

proxy_table::~proxy_table() { KITFOX_ASSERT(entries_.empty()); }

runtime::task<std::unique_ptr<proxy_table::turn>> proxy_table::take_turn() {
  while (busy_) {
    const error_code failure = co_await free_.wait();
    if (failure) co_return nullptr;
  }
  co_return std::make_unique<turn>(*this);
}

proxy_table::entry* proxy_table::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.get();
}

const std::string& proxy_table::authority_pem() {
  if (!authority_) authority_.emplace("kitfox fake proxy", pki::validity{}, pki::key_kind::p256);
  return authority_->certificate_pem();
}

proxy_table::failed proxy_table::settle_tls(const proxy_request& wanted, relay_options& into) {
  if (wanted.tls.is_null()) return std::nullopt;
  static_cast<void>(authority_pem());
  const auto identities = relay_identities::issue(
      *authority_, wanted.tls["hosts"].get<std::vector<std::string>>(), on_.clock().wall_now());
  auto prepared = relay_tls::prepare(identities);
  if (!prepared) return api_failure{400, "tls: " + prepared.error().message()};
  into.tls = std::move(*prepared);
  if (wanted.tls["upstream"] == "plain") return std::nullopt;
  runtime::tls_client_options trust;
  trust.authorities_pem = wanted.tls.value("upstream_ca", std::string{});
  auto client = on_.network().make_tls_client(trust);
  if (!client) return api_failure{400, "tls.upstream_ca: " + client.error().message()};
  into.upstream_tls = std::move(*client);
  return std::nullopt;
}

proxy_table::failed proxy_table::put_toxic(entry& on, const toxic& wanted) {
  if (on.toxics.size() >= limits_.toxics_max) return api_failure{429, "too many toxics"};
  api_failure why;
  auto plan = plan_toxic(wanted, why);
  if (!plan) return why;
  const auto id = on.relaying.through().add(std::move(*plan), on_.clock().now());
  if (!id) return api_failure{409, "toxic already exists"};
  on.toxics.push_back({wanted, *id});
  return std::nullopt;
}

runtime::task<proxy_table::failed> proxy_table::prepare(const proxy_request& wanted,
                                                        std::unique_ptr<entry>& made) {
  relay_options options;
  options.through.name = wanted.name;
  options.listen_at = wanted.listen;
  options.upstream = wanted.upstream;
  options.random = &random_;
  options.limits = limits_.relay;
  options.next_connection_id = [this] { return ++connections_; };
  failed why = settle_tls(wanted, options);
  if (why) co_return why;
  made = std::make_unique<entry>(on_, std::move(options), firings_, wanted.tls);
  // Before anything listens, so that no connection slips through without them.
  for (const toxic& one : wanted.toxics) {
    why = put_toxic(*made, one);
    if (why) co_return why;
  }
  const error_code failure = co_await made->relaying.listen();
  if (failure)
    co_return api_failure{500, "listen " + print_address(wanted.listen) + ": " + failure.message()};
  co_return std::nullopt;
}

void proxy_table::install(std::unique_ptr<entry> made, const proxy_request& wanted) {
  if (!wanted.enabled) made->relaying.suspend();
  made->tasks.spawn("proxy " + wanted.name, made->relaying.run());
  entries_.emplace(wanted.name, std::move(made));
}

runtime::task<proxy_table::failed> proxy_table::open(proxy_request wanted) {
  if (entries_.size() >= limits_.proxies_max) co_return api_failure{429, "too many proxies"};
  std::unique_ptr<entry> made;
  const failed why = co_await prepare(wanted, made);
  if (!why) install(std::move(made), wanted);
  co_return why;
}

runtime::task<bool> proxy_table::same_address(runtime::endpoint one, runtime::endpoint another) {
  if (one == another) co_return true;
  if (one.port != another.port) co_return false;
  const auto first = co_await on_.network().resolve(std::move(one.host));
  const auto second = co_await on_.network().resolve(std::move(another.host));
  if (!first || !second) co_return false;
  co_return std::find_first_of(first->begin(), first->end(), second->begin(), second->end()) != first->end();
}

runtime::task<proxy_table::failed> proxy_table::move(proxy_request wanted) {
  entry& there = *find(wanted.name);
  const bool same_listener = co_await same_address(there.relaying.local(), wanted.listen);
  if (!same_listener) {
    // The new one listens before the old one ends, so that a port that is taken changes nothing.
    std::unique_ptr<entry> made;
    const failed why = co_await prepare(wanted, made);
    if (why) co_return why;
    co_await shut(wanted.name);
    install(std::move(made), wanted);
    co_return std::nullopt;
  }
  const bool same_upstream = there.relaying.upstream() == wanted.upstream;
  if (!same_upstream) {
    there.relaying.set_upstream(wanted.upstream);
    there.relaying.close_all();
  }
  if (wanted.enabled == there.relaying.suspended()) {
    wanted.enabled ? there.relaying.resume() : there.relaying.suspend();
  }
  co_return std::nullopt;
}

runtime::task<void> proxy_table::shut(std::string name) {
  const auto found = entries_.find(name);
  KITFOX_ASSERT(found != entries_.end());
  found->second->relaying.stop();
  co_await found->second->tasks.join();
  entries_.erase(found);
}

runtime::task<void> proxy_table::close() {
  while (!entries_.empty()) {
    std::string name = entries_.begin()->first;
    co_await shut(std::move(name));
  }
}

runtime::task<api_answer> proxy_table::create(json body) {
  api_failure why;
  auto wanted = proxy_request::parse(body, why);
  if (!wanted) co_return failure_answer(why);
  if (find(wanted->name) != nullptr) co_return failure_answer({409, "proxy already exists"});
  const std::string name = wanted->name;
  const failed outcome = co_await open(std::move(*wanted));
  if (outcome) co_return failure_answer(*outcome);
  co_return api_answer{201, find(name)->print(name)};
}

/// A proxy of the same name is replaced, unless it has the same addresses: then it stays with its
/// connections.
runtime::task<proxy_table::failed> proxy_table::replace(proxy_request wanted) {
  if (entry* const there = find(wanted.name)) {
    const bool same_listener = co_await same_address(there->relaying.local(), wanted.listen);
    if (same_listener && there->relaying.upstream() == wanted.upstream) co_return std::nullopt;
    if (!same_listener) {
      const failed outcome = co_await move(std::move(wanted));
      co_return outcome;
    }
    co_await shut(wanted.name);
  }
  const failed outcome = co_await open(std::move(wanted));
  co_return outcome;
}

runtime::task<api_answer> proxy_table::populate(json body) {
  if (!body.is_array()) co_return failure_answer({400, "bad request body: expected an array of proxies"});
  std::vector<proxy_request> all;
  for (const json& one : body) {
    api_failure why;
    auto wanted = proxy_request::parse(one, why);
    if (!wanted) {
      why.message += fmt::format(" at proxy {}", all.size() + 1);
      co_return failure_answer(why);
    }
    all.push_back(std::move(*wanted));
  }
  json made = json::array();
  for (proxy_request& one : all) {
    const std::string name = one.name;
    const failed outcome = co_await replace(std::move(one));
    if (outcome) {
      api_answer answer = failure_answer(*outcome);
      answer.body["proxies"] = std::move(made);
      co_return answer;
    }
    made.push_back(find(name)->print(name));
  }
  co_return api_answer{201, {{"proxies", std::move(made)}}};
}

runtime::task<api_answer> proxy_table::update(std::string name, json body) {
  entry* const there = find(name);
  if (there == nullptr) co_return failure_answer(no_proxy);
  if (!body.is_object()) co_return failure_answer({400, "bad request body: expected an object"});
  json merged = there->print(name);
  merged.update(body);
  merged["name"] = name;
  if (!there->tls.is_null() && !body.contains("tls")) merged["tls"] = there->tls;
  api_failure why;
  auto wanted = proxy_request::parse(merged, why);
  if (!wanted) co_return failure_answer(why);
  if (wanted->tls != there->tls) {
    co_return failure_answer(
        {400, "bad request body: tls cannot be changed; delete the proxy and create it"});
  }
  const failed outcome = co_await move(std::move(*wanted));
  if (outcome) co_return failure_answer(*outcome);
  co_return api_answer{200, find(name)->print(name)};
}

runtime::task<api_answer> proxy_table::remove(std::string name) {
  if (find(name) == nullptr) co_return failure_answer(no_proxy);
  co_await shut(std::move(name));
  co_return api_answer{204, nullptr};
}

api_answer proxy_table::reset() {
  for (const auto& [name, one] : entries_) {
    one->relaying.through().remove_all(on_.clock().now());
    one->toxics.clear();
    one->relaying.through().forget_unfired();
    if (one->relaying.suspended()) one->relaying.resume();
  }
  return {204, nullptr};
}

api_answer proxy_table::list() const {
  json all = json::object();
  for (const auto& [name, one] : entries_) all[name] = one->print(name);
  return {200, std::move(all)};
}

api_answer proxy_table::get(const std::string& name) const {
  const entry* const found = find(name);
  return found == nullptr ? failure_answer(no_proxy) : api_answer{200, found->print(name)};
}

}  // namespace kitfox::fault
