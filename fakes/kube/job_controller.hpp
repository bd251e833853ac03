#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// What the job controller does about a Job that changed, or of which a pod did (kubernetes v1.20
/// pkg/controller/job): pods up to parallelism until so many have succeeded as completions says, or more have
/// failed than backoffLimit lets; a failed one is replaced at once. Where the Job has no selector it gets
/// one, which the real server does when it is created.
void reconcile_job(api_server::state& state, const object_ptr& job, runtime::wall_time now);

/// The same of a DaemonSet: a pod of its template for each node, cordoned or not.
void reconcile_daemon_set(api_server::state& state, const object_ptr& set, runtime::wall_time now);

}  // namespace kitfox::kube
