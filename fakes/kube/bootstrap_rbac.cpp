#include "fakes/kube/bootstrap_rbac.hpp"

namespace kitfox::kube {

std::string_view bootstrap_rbac_yaml() noexcept {
  return R"yaml(---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: cluster-admin
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: ["*"]
    apiGroups: ["*"]
    resources: ["*"]
  - verbs: ["*"]
    nonResourceURLs: ["*"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: view
  labels: {kubernetes.io/bootstrapping: rbac-defaults, rbac.authorization.k8s.io/aggregate-to-edit: "true"}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [pods, replicationcontrollers, replicationcontrollers/scale, serviceaccounts, services,
        services/status, endpoints, persistentvolumeclaims, persistentvolumeclaims/status, configmaps]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [limitranges, resourcequotas, bindings, events, pods/status, resourcequotas/status,
        namespaces/status, replicationcontrollers/status, pods/log]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [namespaces]
  - verbs: [get, list, watch]
    apiGroups: [apps]
    resources: [controllerrevisions, statefulsets, statefulsets/status, statefulsets/scale, daemonsets,
        daemonsets/status, deployments, deployments/status, deployments/scale, replicasets,
        replicasets/status, replicasets/scale]
  - verbs: [get, list, watch]
    apiGroups: [autoscaling]
    resources: [horizontalpodautoscalers, horizontalpodautoscalers/status]
  - verbs: [get, list, watch]
    apiGroups: [batch]
    resources: [jobs, cronjobs, jobs/status, cronjobs/status]
  - verbs: [get, list, watch]
    apiGroups: [policy]
    resources: [poddisruptionbudgets, poddisruptionbudgets/status]
  - verbs: [get, list, watch]
    apiGroups: [networking.k8s.io]
    resources: [networkpolicies, ingresses, ingresses/status]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: edit
  labels: {kubernetes.io/bootstrapping: rbac-defaults, rbac.authorization.k8s.io/aggregate-to-admin: "true"}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [pods/attach, pods/proxy, pods/exec, pods/portforward, secrets, services/proxy]
  - verbs: [impersonate]
    apiGroups: [""]
    resources: [serviceaccounts]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [""]
    resources: [pods, pods/attach, pods/proxy, pods/exec, pods/portforward]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [""]
    resources: [replicationcontrollers, replicationcontrollers/scale, serviceaccounts, services,
        services/proxy, endpoints, persistentvolumeclaims, configmaps, secrets]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [apps]
    resources: [statefulsets, statefulsets/scale, daemonsets, deployments, deployments/scale,
        deployments/rollback, replicasets, replicasets/scale]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [autoscaling]
    resources: [horizontalpodautoscalers]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [batch]
    resources: [jobs, cronjobs]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [policy]
    resources: [poddisruptionbudgets]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [networking.k8s.io]
    resources: [networkpolicies, ingresses]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [pods, replicationcontrollers, replicationcontrollers/scale, serviceaccounts, services,
        services/status, endpoints, persistentvolumeclaims, persistentvolumeclaims/status, configmaps]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [limitranges, resourcequotas, bindings, events, pods/status, resourcequotas/status,
        namespaces/status, replicationcontrollers/status, pods/log]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [namespaces]
  - verbs: [get, list, watch]
    apiGroups: [apps]
    resources: [controllerrevisions, statefulsets, statefulsets/status, statefulsets/scale, daemonsets,
        daemonsets/status, deployments, deployments/status, deployments/scale, replicasets,
        replicasets/status, replicasets/scale]
  - verbs: [get, list, watch]
    apiGroups: [autoscaling]
    resources: [horizontalpodautoscalers, horizontalpodautoscalers/status]
  - verbs: [get, list, watch]
    apiGroups: [batch]
    resources: [jobs, cronjobs, jobs/status, cronjobs/status]
  - verbs: [get, list, watch]
    apiGroups: [policy]
    resources: [poddisruptionbudgets, poddisruptionbudgets/status]
  - verbs: [get, list, watch]
    apiGroups: [networking.k8s.io]
    resources: [networkpolicies, ingresses, ingresses/status]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: admin
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [create]
    apiGroups: [authorization.k8s.io]
    resources: [localsubjectaccessreviews]
  - verbs: [get, list, watch, create, delete, deletecollection, patch, update]
    apiGroups: [rbac.authorization.k8s.io]
    resources: [roles, rolebindings]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [pods/attach, pods/proxy, pods/exec, pods/portforward, secrets, services/proxy]
  - verbs: [impersonate]
    apiGroups: [""]
    resources: [serviceaccounts]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [""]
    resources: [pods, pods/attach, pods/proxy, pods/exec, pods/portforward]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [""]
    resources: [replicationcontrollers, replicationcontrollers/scale, serviceaccounts, services,
        services/proxy, endpoints, persistentvolumeclaims, configmaps, secrets]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [apps]
    resources: [statefulsets, statefulsets/scale, daemonsets, deployments, deployments/scale,
        deployments/rollback, replicasets, replicasets/scale]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [autoscaling]
    resources: [horizontalpodautoscalers]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [batch]
    resources: [jobs, cronjobs]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [policy]
    resources: [poddisruptionbudgets]
  - verbs: [create, delete, deletecollection, patch, update]
    apiGroups: [networking.k8s.io]
    resources: [networkpolicies, ingresses]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [pods, replicationcontrollers, replicationcontrollers/scale, serviceaccounts, services,
        services/status, endpoints, persistentvolumeclaims, persistentvolumeclaims/status, configmaps]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [limitranges, resourcequotas, bindings, events, pods/status, resourcequotas/status,
        namespaces/status, replicationcontrollers/status, pods/log]
  - verbs: [get, list, watch]
    apiGroups: [""]
    resources: [namespaces]
  - verbs: [get, list, watch]
    apiGroups: [apps]
    resources: [controllerrevisions, statefulsets, statefulsets/status, statefulsets/scale, daemonsets,
        daemonsets/status, deployments, deployments/status, deployments/scale, replicasets,
        replicasets/status, replicasets/scale]
  - verbs: [get, list, watch]
    apiGroups: [autoscaling]
    resources: [horizontalpodautoscalers, horizontalpodautoscalers/status]
  - verbs: [get, list, watch]
    apiGroups: [batch]
    resources: [jobs, cronjobs, jobs/status, cronjobs/status]
  - verbs: [get, list, watch]
    apiGroups: [policy]
    resources: [poddisruptionbudgets, poddisruptionbudgets/status]
  - verbs: [get, list, watch]
    apiGroups: [networking.k8s.io]
    resources: [networkpolicies, ingresses, ingresses/status]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "system:discovery"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [get]
    nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi",
        "/openapi/*", "/readyz", "/version", "/version/"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "system:public-info-viewer"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [get]
    nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "system:basic-user"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [create]
    apiGroups: [authorization.k8s.io]
    resources: [selfsubjectaccessreviews, selfsubjectrulesreviews]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "system:service-account-issuer-discovery"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
rules:
  - verbs: [get]
    nonResourceURLs: ["/.well-known/openid-configuration", "/openid/v1/jwks"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: cluster-admin
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "cluster-admin"}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "system:discovery"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:discovery"}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "system:public-info-viewer"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "system:basic-user"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:basic-user"}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "system:service-account-issuer-discovery"
  labels: {kubernetes.io/bootstrapping: rbac-defaults}
  annotations: {rbac.authorization.kubernetes.io/autoupdate: "true"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole,
        name: "system:service-account-issuer-discovery"}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts"}
)yaml";
}

}  // namespace kitfox::kube
