"""What the answers look like: Kubernetes' objects in, the contract's rows out. Any member may be absent."""


def at(value, *path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def items(value, *path):
    found = at(value, *path)
    return found if isinstance(found, list) else []


def members(value, *path):
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def text(value, *path):
    found = at(value, *path)
    return found if isinstance(found, str) and found else None


def number(value, *path, absent=0):
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else absent


def _named(value):
    return {"name": text(value, "metadata", "name") or "", "namespace": text(value, "metadata", "namespace") or ""}


def _created(value):
    return text(value, "metadata", "creationTimestamp")


def _conditions(value):
    return [{name: text(one, name) for name in ("type", "status", "reason", "message")}
            for one in items(value, "status", "conditions")]


def pod_row(pod):
    statuses = items(pod, "status", "containerStatuses")
    ready = sum(at(one, "ready") is True for one in statuses)
    containers = max(len(items(pod, "spec", "containers")), len(statuses))
    return {**_named(pod), "status": text(pod, "status", "phase"), "ready": f"{ready}/{containers}",
            "restarts": sum(max(0, number(one, "restartCount")) for one in statuses),
            "node": text(pod, "spec", "nodeName"), "created_at": _created(pod)}


def describe_pod(pod):
    statuses = {text(one, "name"): one for one in items(pod, "status", "containerStatuses")}
    containers = []
    for one in items(pod, "spec", "containers"):
        status = statuses.get(text(one, "name"))
        containers.append({"name": text(one, "name") or "", "image": text(one, "image") or "",
                           "ready": at(status, "ready") is True, "restart_count": number(status, "restartCount")})
    return {**_named(pod), "status": text(pod, "status", "phase"), "node": text(pod, "spec", "nodeName"),
            "ip": text(pod, "status", "podIP"), "host_ip": text(pod, "status", "hostIP"), "created_at": _created(pod),
            "labels": members(pod, "metadata", "labels"), "annotations": members(pod, "metadata", "annotations"),
            "containers": containers, "conditions": _conditions(pod)}


def _replicas(deployment):
    return {"desired": number(deployment, "spec", "replicas", absent=1), "ready": number(deployment, "status", "readyReplicas"),
            "available": number(deployment, "status", "availableReplicas"),
            "updated": number(deployment, "status", "updatedReplicas")}


def deployment_row(deployment):
    return {**_named(deployment), "replicas": _replicas(deployment), "created_at": _created(deployment)}


def describe_deployment(deployment):
    return {**_named(deployment), "replicas": _replicas(deployment), "strategy": text(deployment, "spec", "strategy", "type"),
            "labels": members(deployment, "metadata", "labels"),
            "selector": members(deployment, "spec", "selector", "matchLabels"),
            "created_at": _created(deployment), "conditions": _conditions(deployment)}


def replicaset_row(replicaset):
    owners = [text(one, "name") for one in items(replicaset, "metadata", "ownerReferences") if at(one, "controller") is True]
    return {**_named(replicaset), "desired": number(replicaset, "spec", "replicas", absent=1),
            "ready": number(replicaset, "status", "readyReplicas"),
            "available": number(replicaset, "status", "availableReplicas"),
            "owner": owners[0] if owners else None, "created_at": _created(replicaset)}


def namespace_row(namespace):
    return {"name": text(namespace, "metadata", "name") or "", "status": text(namespace, "status", "phase"),
            "created_at": _created(namespace)}


def node_row(node):
    ready = [text(one, "status") for one in items(node, "status", "conditions") if text(one, "type") == "Ready"]
    role = "node-role.kubernetes.io/"
    addresses = [text(one, "address") for one in items(node, "status", "addresses") if text(one, "type") == "InternalIP"]
    return {"name": text(node, "metadata", "name") or "",
            "status": {"True": "Ready", "False": "NotReady"}.get(ready[0] if ready else None, "Unknown"),
            "roles": [label.removeprefix(role) for label in members(node, "metadata", "labels") if label.startswith(role)],
            "version": text(node, "status", "nodeInfo", "kubeletVersion"), "internal_ip": addresses[0] if addresses else None,
            "unschedulable": at(node, "spec", "unschedulable") is True, "created_at": _created(node)}


def describe_node(node):
    return {**node_row(node), "labels": members(node, "metadata", "labels"),
            "annotations": members(node, "metadata", "annotations"), "capacity": members(node, "status", "capacity"),
            "allocatable": members(node, "status", "allocatable"), "os_image": text(node, "status", "nodeInfo", "osImage"),
            "kernel_version": text(node, "status", "nodeInfo", "kernelVersion"),
            "container_runtime": text(node, "status", "nodeInfo", "containerRuntimeVersion"),
            "taints": [{"key": text(one, "key") or "", "value": text(one, "value"), "effect": text(one, "effect") or ""}
                       for one in items(node, "spec", "taints")],
            "conditions": _conditions(node)}


def service_row(service):
    ports = [{"name": text(one, "name"), "port": number(one, "port"), "target_port": at(one, "targetPort"),
              "protocol": text(one, "protocol")} for one in items(service, "spec", "ports")]
    return {**_named(service), "type": text(service, "spec", "type"), "cluster_ip": text(service, "spec", "clusterIP"),
            "ports": ports, "selector": members(service, "spec", "selector"), "created_at": _created(service)}


def configmap_row(configmap):
    return {**_named(configmap), "keys": [*members(configmap, "data"), *members(configmap, "binaryData")],
            "created_at": _created(configmap)}


def describe_configmap(configmap):
    return {**_named(configmap), "data": members(configmap, "data"), "binary_keys": [*members(configmap, "binaryData")],
            "labels": members(configmap, "metadata", "labels"), "created_at": _created(configmap)}


def pod_event_row(event):
    first = text(event, "firstTimestamp") or text(event, "eventTime") or _created(event)
    last = text(event, "lastTimestamp") or text(event, "series", "lastObservedTime") or text(event, "eventTime")
    count = max(number(event, "count"), number(event, "series", "count"), 1)
    return {"type": text(event, "type"), "reason": text(event, "reason"), "message": text(event, "message"),
            "count": count, "first_timestamp": first, "last_timestamp": last or _created(event)}


def event_row(event):
    involved = {name: text(event, "involvedObject", name) for name in ("kind", "name", "namespace")}
    return {**pod_event_row(event), "namespace": text(event, "metadata", "namespace") or "", "object": involved}
