// What the answers look like: Kubernetes' objects in, the contract's rows out. Any member may be absent.

const text = (value) => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return typeof value === 'string' && value !== '' ? value : null;
};
const number = (value, absent = 0) => (Number.isInteger(value) ? value : absent);
const items = (value) => (Array.isArray(value) ? value : []);
const members = (value) => (typeof value === 'object' && value !== null ? value : {});

const named = ({ metadata = {} }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' });
const createdAt = ({ metadata = {} }) => text(metadata.creationTimestamp);
const conditionsOf = ({ status = {} }) => items(status.conditions).map((one) => ({
  type: text(one.type), status: text(one.status), reason: text(one.reason), message: text(one.message),
}));

export function podRow(pod) {
  const statuses = items(pod.status?.containerStatuses);
  const ready = statuses.filter((one) => one.ready === true).length;
  return {
    ...named(pod), status: text(pod.status?.phase), ready: `${ready}/${Math.max(items(pod.spec?.containers).length, statuses.length)}`,
    restarts: statuses.reduce((sum, one) => sum + number(one.restartCount), 0), node: text(pod.spec?.nodeName), created_at: createdAt(pod),
  };
}

export function describePod(pod) {
  const statuses = new Map(items(pod.status?.containerStatuses).map((one) => [one.name, one]));
  const containers = items(pod.spec?.containers).map((one) => ({
    name: one.name ?? '', image: one.image ?? '', ready: statuses.get(one.name)?.ready === true,
    restart_count: number(statuses.get(one.name)?.restartCount),
  }));
  return {
    ...named(pod), status: text(pod.status?.phase), node: text(pod.spec?.nodeName), ip: text(pod.status?.podIP), host_ip: text(pod.status?.hostIP),
    created_at: createdAt(pod), labels: members(pod.metadata?.labels), annotations: members(pod.metadata?.annotations), containers,
    conditions: conditionsOf(pod),
  };
}

const replicasOf = ({ spec = {}, status = {} }) => ({
  desired: number(spec.replicas, 1), ready: number(status.readyReplicas), available: number(status.availableReplicas),
  updated: number(status.updatedReplicas),
});

export const deploymentRow = (deployment) => ({ ...named(deployment), replicas: replicasOf(deployment), created_at: createdAt(deployment) });

export const describeDeployment = (deployment) => ({
  ...named(deployment), replicas: replicasOf(deployment), strategy: text(deployment.spec?.strategy?.type),
  labels: members(deployment.metadata?.labels), selector: members(deployment.spec?.selector?.matchLabels), created_at: createdAt(deployment),
  conditions: conditionsOf(deployment),
});

export const replicasetRow = (replicaset) => ({
  ...named(replicaset), desired: number(replicaset.spec?.replicas, 1), ready: number(replicaset.status?.readyReplicas),
  available: number(replicaset.status?.availableReplicas),
  owner: text(items(replicaset.metadata?.ownerReferences).find((one) => one.controller === true)?.name), created_at: createdAt(replicaset),
});

export const namespaceRow = (namespace) => ({
  name: namespace.metadata?.name ?? '', status: text(namespace.status?.phase), created_at: createdAt(namespace),
});

const ROLE = 'node-role.kubernetes.io/';

export function nodeRow(node) {
  const ready = items(node.status?.conditions).find((one) => one.type === 'Ready')?.status;
  return {
    name: node.metadata?.name ?? '', status: { True: 'Ready', False: 'NotReady' }[ready] ?? 'Unknown',
    roles: Object.keys(members(node.metadata?.labels)).filter((label) => label.startsWith(ROLE)).map((label) => label.slice(ROLE.length)),
    version: text(node.status?.nodeInfo?.kubeletVersion),
    internal_ip: text(items(node.status?.addresses).find((one) => one.type === 'InternalIP')?.address),
    unschedulable: node.spec?.unschedulable === true, created_at: createdAt(node),
  };
}

export const describeNode = (node) => ({
  ...nodeRow(node), labels: members(node.metadata?.labels), annotations: members(node.metadata?.annotations),
  capacity: members(node.status?.capacity), allocatable: members(node.status?.allocatable), os_image: text(node.status?.nodeInfo?.osImage),
  kernel_version: text(node.status?.nodeInfo?.kernelVersion), container_runtime: text(node.status?.nodeInfo?.containerRuntimeVersion),
  taints: items(node.spec?.taints).map((one) => ({ key: one.key ?? '', value: text(one.value), effect: one.effect ?? '' })),
  conditions: conditionsOf(node),
});

export const serviceRow = (service) => ({
  ...named(service), type: text(service.spec?.type), cluster_ip: text(service.spec?.clusterIP),
  ports: items(service.spec?.ports).map((one) => ({
    name: text(one.name), port: number(one.port), target_port: one.targetPort ?? null, protocol: text(one.protocol),
  })),
  selector: members(service.spec?.selector), created_at: createdAt(service),
});

export const configmapRow = (configmap) => ({
  ...named(configmap), keys: [...Object.keys(members(configmap.data)), ...Object.keys(members(configmap.binaryData))],
  created_at: createdAt(configmap),
});

export const describeConfigmap = (configmap) => ({
  ...named(configmap), data: members(configmap.data), binary_keys: Object.keys(members(configmap.binaryData)),
  labels: members(configmap.metadata?.labels), created_at: createdAt(configmap),
});

export const podEventRow = (event) => ({
  type: text(event.type), reason: text(event.reason), message: text(event.message),
  count: Math.max(number(event.count), number(event.series?.count), 1),
  first_timestamp: text(event.firstTimestamp) ?? text(event.eventTime) ?? createdAt(event),
  last_timestamp: text(event.lastTimestamp) ?? text(event.series?.lastObservedTime) ?? text(event.eventTime) ?? createdAt(event),
});

export const eventRow = (event) => ({
  ...podEventRow(event), namespace: event.metadata?.namespace ?? '',
  object: {
    kind: text(event.involvedObject?.kind), name: text(event.involvedObject?.name), namespace: text(event.involvedObject?.namespace),
  },
});
