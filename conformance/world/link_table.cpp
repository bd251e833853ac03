#include "conformance/world/link_table.hpp"

#include <nlohmann/json.hpp>

#include "conformance/world/names.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {

/// Passes firings on to the tape, and remembers which faults fired.
class link_table::firing_tap final : public fault::firing_observer {
 public:
  explicit firing_tap(link_table& owner) : owner_{owner} {}
  void on_fired(const fault::firing& one) override {
    owner_.on_fired(one.fault);
    owner_.tape_.on_fired(one);
  }

 private:
  link_table& owner_;
};

link_table::link_table(const topology& of, const runtime::entropy& random, recorder& tape,
                       fault::link::changed_callback changed)
    : of_{of},
      random_{random},
      tape_{tape},
      changed_{std::move(changed)},
      tap_{std::make_unique<firing_tap>(*this)} {}

link_table::~link_table() = default;

bool link_table::covers(const link_set& set, const std::string& link_name) const {
  const bool to_gateway = link_name.ends_with("->gateway");
  if (to_gateway != (set.target == link_set::to::gateway)) return false;
  const std::string from = link_name.substr(0, link_name.find("->"));
  if (set.origin == link_set::from::caller) return from == caller_node;
  const std::size_t slash = from.rfind('/');
  if (slash == std::string::npos) return false;
  const std::uint32_t number = static_cast<std::uint32_t>(std::stoul(from.substr(slash + 1)));
  for (const std::size_t cluster : set.agents.clusters) {
    if (cluster_label(of_, cluster) == from.substr(0, slash)) return set.agents.contains(cluster, number);
  }
  return false;
}

fault::link_properties link_table::properties_of(const std::string& link_name) const {
  fault::link_properties out;
  for (const link_spec& spec : of_.links) {
    if (!covers(spec.links, link_name)) continue;
    if (spec.latency) out.latency = *spec.latency;
    if (spec.jitter) out.jitter = *spec.jitter;
    if (spec.rate_bytes_per_second)
      out.rate_bytes_per_second = static_cast<std::uint64_t>(*spec.rate_bytes_per_second);
  }
  return out;
}

fault::firing_observer& link_table::firings() noexcept { return *tap_; }

void link_table::adopt(const std::string& key, fault::link& link) {
  links_[key] = &link;
  for (auto& one : planted_) {
    if (!one->healed && covers(one->where, link.name())) put(*one, key, link, last_now_);
  }
}

fault::link& link_table::get(const std::string& name) {
  if (const auto found = links_.find(name); found != links_.end()) return *found->second;
  owned_.push_back(std::make_unique<fault::link>(options_for(name), random_, tap_.get(), changed_));
  adopt(name, *owned_.back());
  return *owned_.back();
}

void link_table::put(planted& one, const std::string& link_name, fault::link& on, runtime::mono_time now) {
  const auto id = on.add(one.plan, now);
  KITFOX_ASSERT(id.has_value());  // the step's number makes the name unique
  one.on.emplace(link_name, *id);
}

runtime::error_code link_table::plant(std::size_t step, const fault_verb& what, runtime::mono_time now,
                                      std::string& why) {
  last_now_ = now;
  const nlohmann::json parameters = what.parameters.empty()
                                        ? nlohmann::json::object()
                                        : nlohmann::json::parse(what.parameters, nullptr, false);
  const std::string name = what.fault + "#" + std::to_string(step);
  fault::plan_diagnostics diagnostics;
  auto plan = fault::registry::standard().plan(name, what.fault, parameters, diagnostics);
  if (!plan) {
    why = diagnostics.message;
    return plan.error();
  }
  record planned;
  planned.kind = record_kind::fault_planned;
  planned.name = name;
  planned.link = what.links.text;
  planned.more = parameters;
  tape_.add(std::move(planned), now);
  planted_.push_back(
      std::make_unique<planted>(planted{step, name, what.fault, what.links, std::move(*plan), {}, false}));
  for (auto& [key, on] : links_) {
    if (covers(what.links, on->name())) put(*planted_.back(), key, *on, now);
  }
  return {};
}

void link_table::take_away(planted& one, runtime::mono_time now) {
  if (one.healed) return;
  one.healed = true;
  for (const auto& [link_name, id] : one.on) {
    const runtime::error_code failure = links_.at(link_name)->remove(id, now);
    KITFOX_ASSERT(!failure);
  }
  record healed;
  healed.kind = record_kind::fault_healed;
  healed.name = one.name;
  tape_.add(std::move(healed), now);
}

void link_table::heal_step(std::size_t step, runtime::mono_time now) {
  for (auto& one : planted_) {
    if (one->step == step) take_away(*one, now);
  }
}

void link_table::heal(const heal_verb& what, runtime::mono_time now) {
  for (auto& one : planted_) {
    if (what.step && one->step != *what.step) continue;
    if (!what.step && !what.fault.empty() && one->kind != what.fault) continue;
    if (what.links && what.links->text != one->where.text) {
      bool touched = false;
      for (const auto& [link_name, id] : one->on)
        touched = touched || covers(*what.links, links_.at(link_name)->name());
      if (!touched) continue;
    }
    take_away(*one, now);
  }
}

std::vector<std::string> link_table::never_fired() const {
  std::vector<std::string> out;
  for (const auto& one : planted_) {
    if (!fired_.contains(one->name)) out.push_back(one->name);
  }
  return out;
}

}  // namespace kitfox::conformance
