#include <utility>

#include "gateway/audit_record.hpp"
#include "gateway/gateway.hpp"
#include "gateway/options_check.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
exit_code exit_code_of(error_code failure) {
  if (failure == gateway_errc::audit_failed || failure == gateway_errc::audit_chain_broken)
    return exit_code::store_failed;
  return exit_code::listen_failed;
}

int fail(runtime::host& on, exit_code code, std::string_view reason) {
  on.events().error("start_failed", {{"reason", reason}});
  return static_cast<int>(code);
}
}  // namespace

task<int> run_gateway(runtime::host& on, gateway& served, runtime::stop_source& stop) {
  const error_code failure = co_await served.start();
  if (failure) co_return fail(on, exit_code_of(failure), served.complaint());
  co_await served.run(stop);
  const bool complete = served.audit_records_lost() == 0;
  co_return static_cast<int>(complete ? exit_code::ok : exit_code::store_failed);
}

task<int> run_gateway(runtime::host& on, gateway_options options, store& clusters, audit_sink& audit,
                      runtime::stop_source& stop, gateway_policy policy) {
  std::string reason;
  if (check_options(options, reason)) co_return fail(on, exit_code::usage, reason);
  store_keys keys{clusters};
  gateway served{{on, clusters, keys, audit, policy}, std::move(options)};
  co_return co_await run_gateway(on, served, stop);
}

task<int> run_gateway(runtime::host& on, gateway_options options, std::string database_path,
                      std::string audit_path, runtime::stop_source& stop, gateway_policy policy) {
  std::string reason;
  if (check_options(options, reason)) co_return fail(on, exit_code::usage, reason);
  const auto clusters = store::open(database_path);
  if (clusters.has_error())
    co_return fail(on, exit_code::store_failed, database_path + ": " + clusters.error().message());
  const auto audit = audit_store::open(audit_path, {options.limits.audit_records_max});
  if (audit.has_error())
    co_return fail(on, exit_code::store_failed, audit_path + ": " + audit.error().message());
  co_return co_await run_gateway(on, std::move(options), *clusters.value(), *audit.value(), stop, policy);
}

}  // namespace kitfox::gateway
