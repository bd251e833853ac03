// The calls of the API that concern toxics, and what it tells about them.
#include <fmt/format.h>

#include <algorithm>

#include "fakes/fault/proxy_entry.hpp"
#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

using nlohmann::json;

api_answer no_such_proxy() { return api_answer::refusal(404, "proxy not found"); }
api_answer no_such_toxic() { return api_answer::refusal(404, "toxic not found"); }

std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

}  // namespace

std::string print_address(const runtime::endpoint& at) {
  if (at.host.find(':') != std::string::npos) return fmt::format("[{}]:{}", at.host, at.port);
  return fmt::format("{}:{}", at.host, at.port);
}

json proxy_table::entry::print(const std::string& name) const {
  json all = json::array();
  for (const active_toxic& one : toxics) all.push_back(one.shown.print());
  json made = {{"name", name},
               {"listen", print_address(relaying.local())},
               {"upstream", print_address(relaying.upstream())},
               {"enabled", !relaying.suspended()},
               {"toxics", std::move(all)}};
  if (!tls.is_null()) made["tls"] = {{"hosts", tls["hosts"]}, {"upstream", tls["upstream"]}};
  return made;
}

proxy_table::entry::active_toxic* proxy_table::entry::find_toxic(const std::string& name) {
  const auto found = std::find_if(toxics.begin(), toxics.end(),
                                  [&](const active_toxic& one) { return one.shown.name == name; });
  return found == toxics.end() ? nullptr : &*found;
}

api_answer proxy_table::toxics(const std::string& name) const {
  const entry* const found = find(name);
  return found == nullptr ? no_such_proxy() : api_answer{200, found->print(name)["toxics"]};
}

api_answer proxy_table::get_toxic(const std::string& name, const std::string& toxic_name) const {
  entry* const on = find(name);
  if (on == nullptr) return no_such_proxy();
  const entry::active_toxic* const found = on->find_toxic(toxic_name);
  return found == nullptr ? no_such_toxic() : api_answer{200, found->shown.print()};
}

api_answer proxy_table::add_toxic(const std::string& name, const json& body) {
  entry* const on = find(name);
  if (on == nullptr) return no_such_proxy();
  api_failure why;
  const auto wanted = parse_toxic(body, why);
  if (!wanted) return api_answer::refusal(why.status, why.message);
  if (const failed outcome = put_toxic(*on, *wanted))
    return api_answer::refusal(outcome->status, outcome->message);
  return {200, wanted->print()};
}

api_answer proxy_table::update_toxic(const std::string& name, const std::string& toxic_name,
                                     const json& body) {
  entry* const on = find(name);
  if (on == nullptr) return no_such_proxy();
  entry::active_toxic* const found = on->find_toxic(toxic_name);
  if (found == nullptr) return no_such_toxic();
  api_failure why;
  const auto wanted = parse_toxic_change(found->shown, body, why);
  if (!wanted) return api_answer::refusal(why.status, why.message);
  auto plan = plan_toxic(*wanted, why);
  if (!plan) return api_answer::refusal(why.status, why.message);
  const error_code changed = on->relaying.through().replace(found->id, std::move(*plan), on_.clock().now());
  KITFOX_ASSERT(!changed);
  found->shown = *wanted;
  return {200, wanted->print()};
}

api_answer proxy_table::remove_toxic(const std::string& name, const std::string& toxic_name) {
  entry* const on = find(name);
  if (on == nullptr) return no_such_proxy();
  const entry::active_toxic* const found = on->find_toxic(toxic_name);
  if (found == nullptr) return no_such_toxic();
  const error_code removed = on->relaying.through().remove(found->id, on_.clock().now());
  KITFOX_ASSERT(!removed);
  on->toxics.erase(on->toxics.begin() + (found - on->toxics.data()));
  return {204, nullptr};
}

api_answer proxy_table::firings() const {
  json fired = json::array();
  for (const firing& one : firings_.kept()) {
    fired.push_back({{"proxy", one.link},
                     {"fault", one.fault},
                     {"connection", one.connection},
                     {"what", one.what},
                     {"offset", one.offset},
                     {"event", one.event},
                     {"planned_ns", one.planned.time_since_epoch().count()},
                     {"fired_ns", one.fired.time_since_epoch().count()}});
  }
  json unfired = json::object();
  for (const auto& [name, one] : entries_) unfired[name] = one->relaying.through().never_fired();
  return {200,
          {{"count", firings_.count()}, {"firings", std::move(fired)}, {"never_fired", std::move(unfired)}}};
}

std::string proxy_table::metrics() const {
  std::string text;
  const auto add = [&](std::string_view metric, std::string_view help, auto value_of) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", metric, help);
    for (const auto& [name, one] : entries_) {
      for (const std::string_view way : {"upstream", "downstream"}) {
        text += fmt::format("{}{{direction=\"{}\",proxy=\"{}\",listener=\"{}\",upstream=\"{}\"}} {}\n",
                            metric, way, label_value(name), print_address(one->relaying.local()),
                            label_value(print_address(one->relaying.upstream())),
                            value_of(one->relaying.traffic(), way == "upstream"));
      }
    }
  };
  add("toxiproxy_proxy_received_bytes_total", "Bytes read from one end of a proxy.",
      [](const relay_traffic& of, bool up) { return up ? of.upstream_received : of.downstream_received; });
  add("toxiproxy_proxy_sent_bytes_total", "Bytes written to the other end of a proxy.",
      [](const relay_traffic& of, bool up) { return up ? of.upstream_sent : of.downstream_sent; });
  text +=
      "# HELP kitfox_proxy_connections Connections that are open.\n# TYPE kitfox_proxy_connections gauge\n";
  for (const auto& [name, one] : entries_) {
    text += fmt::format("kitfox_proxy_connections{{proxy=\"{}\"}} {}\n", label_value(name),
                        one->relaying.connections());
  }
  return text;
}

}  // namespace kitfox::fault
