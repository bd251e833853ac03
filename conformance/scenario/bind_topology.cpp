#include <fmt/format.h>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/known_words.hpp"
#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::uint64_t clusters_max = 2'000;
constexpr std::uint64_t agents_max = 20'000;

/// FNV-1a: a mark has to differ between clusters and to be the same in every run, no more.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string canary_of(const cluster_spec& cluster) {
  return fmt::format("kfx-canary-{:012x}", hash_of(cluster.path()) & 0xffff'ffff'ffffU);
}

starting_key key_of(const std::string& word) {
  constexpr starting_key keys[] = {starting_key::issued, starting_key::wrong_secret, starting_key::unknown,
                                   starting_key::revoked};
  return keys[choice_of(word, {"issued", "wrong_secret", "unknown", "revoked"})];
}

std::string find_objects(const map_reader& map, const fixture_finder& find_fixture) {
  const std::string name = map.text("objects");
  if (name.empty()) return {};
  std::string found = find_fixture(name);
  if (found.empty())
    map.fail("objects", fmt::format("no file \"{}\" beside the scenario or in the corpus", name));
  return found;
}

void add_cluster(cluster_spec cluster, topology& into) {
  cluster.canary = canary_of(cluster);
  into.clusters.push_back(std::move(cluster));
}

void bind_organisations(const map_reader& map, const fixture_finder& find_fixture, problem_list& problems,
                        topology& into) {
  for (const yaml_member& organisation : map.node().members) {
    const yaml_node& teams = *organisation.value.find("teams");
    for (const yaml_member& team : teams.members) {
      const yaml_node& clusters = *team.value.find("clusters");
      for (const yaml_member& one : clusters.members) {
        const map_reader reader{
            one.value,
            fmt::format("{}.{}.teams.{}.clusters.{}", map.path(), organisation.key, team.key, one.key),
            problems};
        cluster_spec cluster;
        cluster.where = problems.mark(one.where);
        cluster.organisation = organisation.key;
        cluster.team = team.key;
        cluster.name = one.key;
        cluster.objects = find_objects(reader, find_fixture);
        cluster.agents = reader.count32_or("agents", 1);
        cluster.started =
            reader.text("start") == "by_step" ? cluster_spec::start::by_step : cluster_spec::start::at_once;
        cluster.key = key_of(reader.text("key"));
        if (reader.text("gateway") == "http") cluster.gateway = cluster_spec::scheme::http;
        if (const yaml_node* const rbac = reader.find("rbac"); rbac != nullptr)
          cluster.rbac = bind_rbac(*rbac, reader.path_of("rbac"), problems);
        add_cluster(std::move(cluster), into);
      }
    }
  }
}

void bind_generated(const map_reader& map, const fixture_finder& find_fixture, topology& into) {
  const std::uint64_t organisations = map.count("organisations").value_or(1);
  const std::uint64_t teams = map.count("teams").value_or(1);
  const std::uint64_t clusters = map.count("clusters_per_team").value_or(1);
  if (organisations > clusters_max || teams > clusters_max || clusters > clusters_max ||
      organisations * teams * clusters > clusters_max) {
    map.fail("clusters_per_team", fmt::format("more than {} clusters", clusters_max));
    return;
  }
  cluster_spec cluster;
  cluster.where = map.mark();
  cluster.agents = map.count32_or("agents_per_cluster", 1);
  cluster.objects = find_objects(map, find_fixture);
  for (std::uint64_t o = 0; o < organisations; ++o)
    for (std::uint64_t t = 0; t < teams; ++t)
      for (std::uint64_t c = 0; c < clusters; ++c) {
        cluster.organisation = fmt::format("o{}", o);
        cluster.team = fmt::format("o{}-t{}", o, t);
        cluster.name = fmt::format("o{}-t{}-c{}", o, t, c);
        add_cluster(cluster, into);
      }
}

setting_value value_of(const map_reader& map, const std::string& key) {
  const yaml_node& node = *map.find(key);
  if (node.type == yaml_node::kind::integer) return static_cast<std::int64_t>(map.count(key).value_or(0));
  if (node.type == yaml_node::kind::number) return map.number(key).value_or(0);
  if (const auto span = parse_duration(node.text)) return *span;
  if (const auto size = parse_size(node.text)) return *size;
  if (const auto rate = parse_rate(node.text)) return *rate;
  return node.text;
}

}  // namespace

setting_list bind_settings(const map_reader& party) {
  setting_list settings;
  for (const yaml_member& one : party.node().members)
    settings.push_back({party.problems().mark(one.value.where), one.key, value_of(party, one.key)});
  return settings;
}

rbac_values bind_rbac(const yaml_node& node, const std::string& path, problem_list& problems) {
  rbac_values values;
  if (node.is_scalar()) {
    values.granted = node.text == "none" ? rbac_values::grant::none : rbac_values::grant::standard;
    return values;
  }
  const map_reader map{node, path, problems};
  values.namespaces = map.texts("namespaces");
  if (!values.namespaces.empty()) values.granted = rbac_values::grant::namespaced;
  if (const yaml_node* const rules = map.find("additional_rules"); rules != nullptr)
    for (const yaml_node& rule : rules->items) {
      const map_reader one{rule, path, problems};
      check_resources(one, "resources");
      values.additional_rules.push_back(
          {one.texts("api_groups"), one.texts("resources"), one.texts("verbs")});
    }
  return values;
}

void bind_topology(const map_reader& map, const fixture_finder& find_fixture, problem_list& problems,
                   topology& into) {
  into.where = map.mark();
  if (const yaml_node* const organisations = map.find("organisations"); organisations != nullptr)
    bind_organisations({*organisations, map.path_of("organisations"), problems}, find_fixture, problems,
                       into);
  if (const yaml_node* const generate = map.find("generate"); generate != nullptr)
    bind_generated({*generate, map.path_of("generate"), problems}, find_fixture, into);
  std::uint64_t agents = 0;
  for (const cluster_spec& one : into.clusters) agents += one.agents;
  if (agents > agents_max)
    map.problems().add(map.node().where, map.path(), fmt::format("more than {} agents", agents_max));
}

void bind_links(const map_reader& topology_map, const name_resolution& names, topology& into) {
  const yaml_node* const links = topology_map.find("links");
  if (links == nullptr) return;
  problem_list& problems = topology_map.problems();
  for (const yaml_member& one : links->members) {
    const std::string path = topology_map.path_of("links") + "." + one.key;
    const map_reader map{one.value, path, problems};
    yaml_node name;
    name.text = one.key;
    name.where = one.where;
    link_spec link;
    link.where = problems.mark(one.where);
    link.links = names.links(name, path);
    link.latency = map.span("latency");
    link.jitter = map.span("jitter");
    link.rate_bytes_per_second = map.size("rate");
    if (link.latency && link.jitter && *link.jitter > *link.latency)
      map.fail("jitter", "more than the latency");
    into.links.push_back(std::move(link));
  }
}

}  // namespace kitfox::conformance
