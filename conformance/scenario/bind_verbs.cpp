#include <fmt/format.h>

#include <array>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

socket_fate fate_of(const map_reader& map) {
  constexpr socket_fate fates[] = {socket_fate::fin, socket_fate::rst, socket_fate::silent};
  return fates[choice_of(map.text("sockets"), {"fin", "rst", "silent"})];
}

verb bind_await(const map_reader& map, const bind_context& context) {
  constexpr agent_state states[] = {agent_state::connected, agent_state::disconnected, agent_state::waiting,
                                    agent_state::exited};
  await_verb made;
  made.agents = context.names.agents_at(map, "agent");
  made.state = states[choice_of(map.text("state"), {"connected", "disconnected", "waiting", "exited"})];
  made.within = map.span_or("within", {});
  if (made.within == duration{}) map.fail("within", "nothing can happen within no time");
  made.count = map.bounds();
  return made;
}

verb bind_heal(const yaml_node& value, const std::string& path, const bind_context& context) {
  heal_verb made;
  if (value.is_scalar()) return made;
  const map_reader map{value, path, context.problems};
  made.fault = map.text("fault");
  if (map.has("link")) made.links = context.names.links_at(map, "link");
  return made;
}

verb bind_revoke(const map_reader& map, const bind_context& context) {
  using keys = revoke_verb::keys;
  constexpr keys which[] = {keys::all, keys::oldest, keys::newest};
  return revoke_verb{context.names.clusters_at(map, "cluster"),
                     which[choice_of(map.text("key"), {"all", "oldest", "newest"})]};
}

verb bind_issue_key(const map_reader& map, const bind_context& context) {
  return issue_key_verb{context.names.clusters_at(map, "cluster")};
}

verb bind_rotate(const map_reader& map, const bind_context& context) {
  return rotate_verb{context.names.clusters_at(map, "cluster"),
                     map.span_or("pause", std::chrono::seconds{1})};
}

verb bind_wrong_secret(const map_reader& map, const bind_context& context) {
  return wrong_secret_verb{context.names.agents_at(map, "agent")};
}

verb bind_kill(const map_reader& map, const bind_context& context) {
  return kill_verb{context.names.nodes_at(map, "node"), fate_of(map)};
}

verb bind_restart(const map_reader& map, const bind_context& context) {
  return restart_verb{context.names.nodes_at(map, "node"), fate_of(map), map.span_or("down", {})};
}

template <class Verb>
verb bind_node(const map_reader& map, const bind_context& context) {
  return Verb{context.names.nodes_at(map, "node")};
}

verb bind_scale(const map_reader& map, const bind_context& context) {
  constexpr std::uint32_t agents_of_cluster_max = 1'000;
  scale_verb made{context.names.clusters_at(map, "cluster"), map.count32_or("agents", 0)};
  if (made.agents > agents_of_cluster_max)
    map.fail("agents", fmt::format("more than {} agents of one cluster", agents_of_cluster_max));
  return made;
}

verb bind_clock(const map_reader& map, const bind_context& context) {
  clock_verb made{context.names.nodes_at(map, "node"), map.span_or("jump", {}),
                  map.number("drift").value_or(1.0)};
  if (map.has("jump") == map.has("drift"))
    map.problems().add(map.node().where, map.path(), "expected either \"jump\" or \"drift\"");
  if (made.drift < 0.1 || made.drift > 10) map.fail("drift", "must be between 0.1 and 10");
  return made;
}

verb bind_drain(const map_reader&, const bind_context&) { return drain_verb{}; }

verb bind_kubernetes(const map_reader& map, const bind_context& context) {
  constexpr kubernetes_action actions[] = {kubernetes_action::deny, kubernetes_action::allow,
                                           kubernetes_action::slow, kubernetes_action::status,
                                           kubernetes_action::gone, kubernetes_action::huge};
  kubernetes_verb made;
  made.clusters = context.names.clusters_at(map, "cluster");
  made.action = actions[choice_of(map.text("answer"), {"deny", "allow", "slow", "status", "gone", "huge"})];
  made.verb = map.text("verb");
  made.resource = map.text("resource");
  made.name_space = map.text("namespace");
  made.name = map.text("name");
  made.user = map.text("user");
  made.nth = map.count("nth").value_or(1);
  made.times = map.count("times");
  made.delay = map.span_or("delay", {});
  made.status = static_cast<int>(map.count32_or("status", 0));
  made.retry_after = map.span("retry_after");
  if (const auto size = map.size("message_size")) made.message_bytes = static_cast<std::uint64_t>(*size);
  const bool slow = made.action == kubernetes_action::slow, status = made.action == kubernetes_action::status;
  if (map.has("delay") != slow)
    map.fail(slow ? "answer" : "delay", slow ? "slow needs a \"delay\"" : "only slow has a delay");
  if (map.has("status") != status)
    map.fail(status ? "answer" : "status", status ? "status needs a \"status\"" : "only status has a status");
  const bool huge = made.action == kubernetes_action::huge;
  made.size_bytes = static_cast<std::uint64_t>(map.size("size").value_or(0));
  if (map.has("size") != huge)
    map.fail(huge ? "answer" : "size", huge ? "huge needs a \"size\"" : "only huge has a size");
  if (made.message_bytes && !status && made.action != kubernetes_action::deny)
    map.fail("message_size", "only deny and status have a message");
  if (made.retry_after && !status) map.fail("retry_after", "only status has a retry_after");
  if (made.action == kubernetes_action::allow) {
    for (const char* count : {"nth", "times"}) {
      if (map.has(count)) map.fail(count, "allow takes an answer back as a whole");
    }
  }
  return made;
}

verb bind_set_rbac(const map_reader& map, const bind_context& context) {
  return set_rbac_verb{context.names.clusters_at(map, "cluster"),
                       bind_rbac(*map.find("rbac"), map.path_of("rbac"), context.problems)};
}

verb bind_can_i(const map_reader& map, const bind_context& context) {
  return can_i_verb{context.names.clusters_at(map, "cluster"),
                    map.texts("verb"),
                    map.texts("resource"),
                    map.text("subresource"),
                    map.text("api_group"),
                    map.text("namespace"),
                    map.text("expect") == "yes"};
}

verb bind_auth_backend(const map_reader& map, const bind_context&) {
  using state = auth_backend_verb::state;
  constexpr state states[] = {state::up, state::down, state::slow};
  auth_backend_verb made{states[choice_of(map.text("state"), {"up", "down", "slow"})],
                         map.span_or("delay", {})};
  if (map.has("delay") != (made.to == state::slow))
    map.fail("state", "slow needs a \"delay\", and nothing else has one");
  return made;
}

verb bind_audit_store(const map_reader& map, const bind_context&) {
  using state = audit_store_verb::state;
  constexpr state states[] = {state::up, state::down};
  return audit_store_verb{states[choice_of(map.text("state"), {"up", "down"})]};
}

verb bind_dns(const map_reader& map, const bind_context& context) {
  using answer = dns_verb::answer;
  constexpr answer answers[] = {answer::right,   answer::nxdomain, answer::servfail, answer::slow,
                                answer::timeout, answer::stale,    answer::flap};
  const std::size_t chosen =
      choice_of(map.text("answer"), {"right", "nxdomain", "servfail", "slow", "timeout", "stale", "flap"});
  dns_verb made{context.names.links_at(map, "link"), answers[chosen], map.span_or("delay", {})};
  if (map.has("delay") != (made.with == answer::slow))
    map.fail("answer", "slow needs a \"delay\", and nothing else has one");
  return made;
}

verb bind_ask(const map_reader& map, const bind_context& context) {
  ask_verb made;
  made.as = context.names.team_at(map, "as");
  made.question = map.text("question");
  if (const yaml_node* const expect = map.find("expect"); expect != nullptr)
    made.expect = bind_answer({*expect, map.path_of("expect"), context.problems});
  return made;
}

verb bind_cancel(const map_reader&, const bind_context&) { return cancel_verb{}; }

using map_binder = verb (*)(const map_reader&, const bind_context&);
constexpr std::array<std::pair<std::string_view, map_binder>, 24> map_verbs{{
    {"await", bind_await},
    {"revoke", bind_revoke},
    {"issue_key", bind_issue_key},
    {"rotate", bind_rotate},
    {"wrong_secret", bind_wrong_secret},
    {"kill", bind_kill},
    {"restart", bind_restart},
    {"pause", bind_node<pause_verb>},
    {"resume", bind_node<resume_verb>},
    {"stop", bind_node<stop_verb>},
    {"start", bind_node<start_verb>},
    {"scale", bind_scale},
    {"clock", bind_clock},
    {"drain", bind_drain},
    {"kubernetes", bind_kubernetes},
    {"set_rbac", bind_set_rbac},
    {"can_i", bind_can_i},
    {"auth_backend", bind_auth_backend},
    {"audit_store", bind_audit_store},
    {"dns", bind_dns},
    {"execute", bind_execute},
    {"ask", bind_ask},
    {"cancel", bind_cancel},
    {"send", bind_send},
}};

}  // namespace

verb bind_verb(std::string_view name, const yaml_node& value, const std::string& path,
               const bind_context& context) {
  if (name == "wait") {
    const auto span = parse_duration(value.text);
    if (!span) context.problems.add(value.where, path, "too long");
    return wait_verb{span.value_or(duration{})};
  }
  if (name == "comment") return comment_verb{value.text};
  if (name == "heal") return bind_heal(value, path, context);
  for (const auto& [known, bind] : map_verbs)
    if (known == name) return bind(map_reader{value, path, context.problems}, context);
  KITFOX_ASSERT(!"the schema names a verb that nothing binds");
  return comment_verb{};
}

}  // namespace kitfox::conformance
