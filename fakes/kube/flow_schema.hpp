#pragma once
#include "fakes/kube/user_identity.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube {

/// Says in the headers of an answer which flow schema and which priority level the request fell under, as
/// API priority and fairness of 1.20 does with the schemas that every cluster starts with. Requests are not
/// queued by it. Watches, logs and the like have no such headers, nor has what is refused before: 401, and
/// impersonation that is not allowed.
void announce_flow(const user_identity& user, runtime::http::fields& headers);

}  // namespace kitfox::kube
