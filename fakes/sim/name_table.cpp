#include "fakes/sim/name_table.hpp"

#include <boost/asio/ip/address.hpp>

#include "runtime/ascii.hpp"
#include "runtime/errc.hpp"

namespace kitfox::sim {

using runtime::errc;

namespace {
std::string canonical(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return runtime::lower_case(name);
}
}  // namespace

bool is_literal_address(std::string_view host) noexcept {
  runtime::error_code failure;
  boost::asio::ip::make_address(host, failure);
  return !failure;
}

runtime::error_code name_table::set(std::string name, std::vector<std::string> addresses) {
  name = canonical(name);
  if (addresses.empty()) {
    records_.erase(name);
    return {};
  }
  if (!records_.contains(name) && records_.size() >= names_max_) return errc::out_of_resources;
  records_[std::move(name)] = std::move(addresses);
  return {};
}

void name_table::remove(std::string_view name) { records_.erase(canonical(name)); }

name_fault_id name_table::add(planned_name_fault fault) {
  active_fault active{std::move(fault), {}, 0};
  active.plan.name = canonical(active.plan.name);
  if (active.plan.kind == name_fault::stale) active.frozen = records_;
  faults_.emplace(++fault_count_, std::move(active));
  return name_fault_id{fault_count_};
}

void name_table::heal(name_fault_id id) { faults_.erase(static_cast<std::uint64_t>(id)); }

name_table::answer name_table::ask(std::string_view client, std::string_view name) {
  if (is_literal_address(name)) return {std::vector<std::string>{std::string{name}}, {}};
  const std::string wanted = canonical(name);
  if (wanted == "localhost") return {std::vector<std::string>{"127.0.0.1"}, {}};
  const auto found_in = [&wanted](const records& known) -> runtime::result<std::vector<std::string>> {
    const auto found = known.find(wanted);
    if (found == known.end()) return errc::name_not_found;
    return found->second;
  };
  answer out{found_in(records_), delay_};
  for (auto& [id, active] : faults_) {
    const planned_name_fault& plan = active.plan;
    if (!plan.name.empty() && plan.name != wanted) continue;
    if (!plan.client.empty() && plan.client != client) continue;
    ++active.answers;
    if (plan.on_met) plan.on_met();
    switch (plan.kind) {
      case name_fault::nxdomain:
        out.addresses = errc::name_not_found;
        break;
      case name_fault::servfail:
        out.addresses = errc::name_server_failed;
        break;
      case name_fault::slow:
        out.delay += plan.delay;
        break;
      case name_fault::stale:
        out.addresses = found_in(active.frozen);
        break;
      case name_fault::flap:
        if (active.answers % 2 == 1) out.addresses = plan.addresses;
        break;
    }
  }
  return out;
}

}  // namespace kitfox::sim
