#pragma once
#include "fakes/kube/json.hpp"
#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

/// Fills what kube-apiserver's defaulting and admission add to a new object (kubernetes v1.20
/// pkg/apis/*/v1/defaults.go and the registry strategies): pods, pod templates, deployments, replica sets,
/// services, namespaces, nodes and events. What is given stays. Also sets kind and apiVersion.
void apply_defaults(const resource_type& type, json& object);
/// What the server itself adds to a new object; no manager owns it.
void complete_new(const resource_type& type, json& object);

/// What a status write leaves filled in: the nulls that Go prints for required times.
void apply_status_defaults(const resource_type& type, json& object);

}  // namespace kitfox::kube
