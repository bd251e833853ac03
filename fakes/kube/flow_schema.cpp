#include "fakes/kube/flow_schema.hpp"

#include <string_view>

namespace kitfox::kube {
namespace {

/// Uids of the objects, which the fake does not serve.
struct flow_schema {
  std::string_view uid, priority_level_uid;
};

constexpr flow_schema exempt{"6b0a3a5c-0000-4000-8000-000000000001", "6b0a3a5c-0000-4000-8000-000000000101"};
constexpr flow_schema system_nodes{"6b0a3a5c-0000-4000-8000-000000000002",
                                   "6b0a3a5c-0000-4000-8000-000000000102"};
constexpr flow_schema kube_system_service_accounts{"6b0a3a5c-0000-4000-8000-000000000003",
                                                   "6b0a3a5c-0000-4000-8000-000000000103"};
constexpr flow_schema other_service_accounts{"6b0a3a5c-0000-4000-8000-000000000004",
                                             "6b0a3a5c-0000-4000-8000-000000000104"};
constexpr flow_schema global_default{"6b0a3a5c-0000-4000-8000-000000000005",
                                     "6b0a3a5c-0000-4000-8000-000000000105"};

/// By precedence. Those of leader election and of the controllers, whose users are not seen here, are left
/// out.
const flow_schema& schema_of(const user_identity& user) {
  if (user.in_group(group_masters)) return exempt;
  if (user.in_group("system:nodes")) return system_nodes;
  if (user.in_group("system:serviceaccounts:kube-system")) return kube_system_service_accounts;
  if (user.in_group("system:serviceaccounts")) return other_service_accounts;
  return global_default;
}

}  // namespace

void announce_flow(const user_identity& user, runtime::http::fields& headers) {
  const flow_schema& schema = schema_of(user);
  headers.set("X-Kubernetes-Pf-Flowschema-Uid", std::string{schema.uid});
  headers.set("X-Kubernetes-Pf-Prioritylevel-Uid", std::string{schema.priority_level_uid});
}

}  // namespace kitfox::kube
