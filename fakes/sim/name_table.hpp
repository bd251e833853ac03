#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::sim {

/// How names fail to resolve.
enum class name_fault {
  nxdomain,  ///< The name does not exist: errc::name_not_found.
  servfail,  ///< The server fails: errc::name_server_failed.
  slow,      ///< The answer takes `delay` longer.
  stale,     ///< The answer is what it was when the fault began, whatever changed since.
  flap,      ///< Every other answer is `addresses` in place of the true ones.
};

/// One fault of the name service, for one name and one client, or for all of them.
struct planned_name_fault {
  name_fault kind = name_fault::nxdomain;
  std::string name;    ///< Empty: every name.
  std::string client;  ///< Name of the asking host; empty: every host.
  runtime::duration delay{};
  std::vector<std::string> addresses{};
  std::function<void()> on_met{};  ///< Called for each answer that it changes, if there is one.
};

enum class name_fault_id : std::uint64_t {};

/// The name service of the simulated world: addresses of names, and the faults of the answers. Sans-I/O; the
/// caller waits for `delay`.
class name_table {
 public:
  struct answer {
    runtime::result<std::vector<std::string>> addresses;
    runtime::duration delay{};
  };
  /// `delay`: how long every answer takes; `names_max`: how many names there may be.
  explicit name_table(runtime::duration delay, std::size_t names_max)
      : delay_{delay}, names_max_{names_max} {}

  /// Replaces what was known. An empty list is the same as remove(). Errors: errc::out_of_resources when
  /// there are too many names.
  runtime::error_code set(std::string name, std::vector<std::string> addresses);
  void remove(std::string_view name);
  [[nodiscard]] name_fault_id add(planned_name_fault fault);
  void heal(name_fault_id id);

  /// Names are compared without regard to letter case (RFC 4343) and to a final dot. A literal address is its
  /// own answer, at once.
  [[nodiscard]] answer ask(std::string_view client, std::string_view name);

 private:
  using records = std::map<std::string, std::vector<std::string>, std::less<>>;
  struct active_fault {
    planned_name_fault plan;
    records frozen;  ///< stale: what was known then.
    std::uint64_t answers = 0;
  };
  runtime::duration delay_;
  std::size_t names_max_;
  records records_;
  std::map<std::uint64_t, active_fault> faults_;
  std::uint64_t fault_count_ = 0;
};

/// True for "10.0.0.1" and "::1".
[[nodiscard]] bool is_literal_address(std::string_view host) noexcept;

}  // namespace kitfox::sim
