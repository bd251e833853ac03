#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/name_resolution.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

// From the expanded tree, which has passed the schema, to the model: one function a part. What only the whole
// can show to be wrong (unknown names, contradictions) is reported on the way.

/// Says where a fixture file is; empty when there is none.
using fixture_finder = std::function<std::string(const std::string& name)>;

[[nodiscard]] setting_list bind_settings(const map_reader& party);
[[nodiscard]] rbac_values bind_rbac(const yaml_node& node, const std::string& path, problem_list& problems);
void bind_topology(const map_reader& map, const fixture_finder& find_fixture, problem_list& problems,
                   topology& into);
void bind_links(const map_reader& topology_map, const name_resolution& names, topology& into);

/// What the schema knows of the verbs of steps.
struct verb_table {
  std::set<std::string, std::less<>> verbs;
  std::set<std::string, std::less<>> faults;    ///< Verbs that are faults of the registry.
  std::set<std::string, std::less<>> undoable;  ///< Verbs that `for` may undo.
};

/// Moments of steps by name, once all steps are known.
class step_names {
 public:
  /// `missing`: indices of steps that stand for broken ones; what they would have been is not known.
  explicit step_names(const std::vector<step>& steps, std::set<std::size_t> missing = {})
      : steps_{steps}, missing_{std::move(missing)} {}
  [[nodiscard]] bool is_missing(std::size_t index) const { return missing_.contains(index); }
  /// The step of that name ("revoke", "revoke#2"); reported when there is none.
  [[nodiscard]] std::size_t find_step(const yaml_node& node, const std::string& path,
                                      problem_list& problems) const;
  [[nodiscard]] moment find_moment(const yaml_node& node, const std::string& path,
                                   problem_list& problems) const;

 private:
  [[nodiscard]] const step* find(std::string_view name, std::size_t& index) const;
  [[nodiscard]] std::vector<std::string> known_names() const;
  const std::vector<step>& steps_;
  std::set<std::size_t> missing_;
};

/// Everything that binding a step or check may look at.
struct bind_context {
  const name_resolution& names;
  const verb_table& verbs;
  problem_list& problems;
  const step_names* steps = nullptr;  ///< For references to other steps; null while steps are being bound.
};

/// The steps without their references to each other.
[[nodiscard]] std::vector<step> bind_steps(const yaml_node& list, const bind_context& context);
/// Fills in heal_verb::step and cancel_verb::step.
void bind_step_references(const yaml_node& list, const bind_context& context, std::vector<step>& steps);
[[nodiscard]] std::vector<check> bind_checks(const yaml_node& list, const bind_context& context);

/// One verb that is not a fault; `value` is what stands after its name.
[[nodiscard]] verb bind_verb(std::string_view name, const yaml_node& value, const std::string& path,
                             const bind_context& context);
[[nodiscard]] verb bind_execute(const map_reader& map, const bind_context& context);
[[nodiscard]] verb bind_send(const map_reader& map, const bind_context& context);
[[nodiscard]] answer_expectation bind_answer(const map_reader& map);
[[nodiscard]] json_pattern bind_pattern(const map_reader& map, std::string_view key);
[[nodiscard]] check_kind bind_check(std::string_view name, const map_reader& map,
                                    const bind_context& context);

}  // namespace kitfox::conformance
