// What one writes in an afternoon: eventsource does the connecting, client-node the reading, and on a laptop it works. Kept as an example
// of what kitfox finds; naive.findings lists it. Start it with `node --use-openssl-ca`, so that node honours SSL_CERT_FILE.
import { rmSync, writeFileSync } from 'node:fs';
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { EventSource } from 'eventsource';

const { INCIDENTFOX_API_KEY: key, INCIDENTFOX_CLUSTER_NAME: clusterName, INCIDENTFOX_GATEWAY_URL: gateway } = process.env;
const probeFile = process.env.KITFOX_PROBE_FILE ?? '/tmp/healthy';
const authorization = { Authorization: `Bearer ${key}` };

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);

const log = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

const podRow = (pod) => ({
  name: pod.metadata.name,
  namespace: pod.metadata.namespace,
  status: pod.status.phase,
  ready: `${(pod.status.containerStatuses ?? []).filter((one) => one.ready).length}/${pod.spec.containers.length}`,
  restarts: (pod.status.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0),
  node: pod.spec.nodeName,
  created_at: pod.metadata.creationTimestamp,
});

const commands = {
  async list_pods({ namespace = 'default', label_selector: labelSelector }) {
    const { items } = namespace === '*' ? await core.listPodForAllNamespaces({ labelSelector })
      : await core.listNamespacedPod({ namespace, labelSelector });
    return { namespace, pod_count: items.length, pods: items.map(podRow) };
  },
  async get_pod_logs({ pod_name: name, namespace = 'default', container, tail_lines: tailLines = 100, previous }) {
    const logs = await core.readNamespacedPodLog({ name, namespace, container, tailLines, previous });
    return { pod_name: name, namespace, container, logs, line_count: logs.trimEnd().split('\n').length };
  },
  async describe_pod({ pod_name: name, namespace = 'default' }) {
    const { metadata, spec, status } = await core.readNamespacedPod({ name, namespace });
    return {
      name, namespace, status: status.phase, node: spec.nodeName, ip: status.podIP, host_ip: status.hostIP, created_at: metadata.creationTimestamp,
      labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, conditions: status.conditions ?? [],
      containers: (status.containerStatuses ?? []).map((one) => ({ name: one.name, image: one.image, ready: one.ready, restart_count: one.restartCount })),
    };
  },
  async get_pod_events({ pod_name: name, namespace = 'default' }) {
    const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` });
    const events = items.map(({ type, reason, message, count, firstTimestamp, lastTimestamp }) => (
      { type, reason, message, count, first_timestamp: firstTimestamp, last_timestamp: lastTimestamp }));
    return { pod_name: name, namespace, event_count: events.length, events: events.reverse() };
  },
  async describe_deployment({ deployment_name: name, namespace = 'default' }) {
    const { metadata, spec, status } = await apps.readNamespacedDeployment({ name, namespace });
    return {
      name, namespace, strategy: spec.strategy?.type, labels: metadata.labels ?? {}, selector: spec.selector.matchLabels, conditions: status.conditions ?? [],
      replicas: { desired: spec.replicas, ready: status.readyReplicas ?? 0, available: status.availableReplicas ?? 0, updated: status.updatedReplicas ?? 0 },
      created_at: metadata.creationTimestamp,
    };
  },
  async list_namespaces() {
    const { items } = await core.listNamespace();
    const namespaces = items.map(({ metadata, status }) => ({ name: metadata.name, status: status.phase, created_at: metadata.creationTimestamp }));
    return { namespace_count: namespaces.length, namespaces };
  },
};

async function execute({ request_id, command, params }) {
  let answer;
  try {
    answer = { request_id, ok: true, result: await commands[command](params) };
  } catch (error) {
    answer = { request_id, ok: false, error: error.message };
  }
  await fetch(`${gateway}/agent/response/${request_id}`, {
    method: 'POST', headers: { ...authorization, 'Content-Type': 'application/json' }, body: JSON.stringify(answer),
  });
}

const stream = new EventSource(`${gateway}/agent/connect?cluster_name=${clusterName}`, {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...authorization } }),
});
stream.addEventListener('open', () => {
  log('connected_to_gateway', { cluster_name: clusterName });
  writeFileSync(probeFile, '');
});
stream.addEventListener('error', (event) => {
  log('disconnected', { reason: event.message });
  rmSync(probeFile, { force: true });
});
stream.addEventListener('command', (event) => execute(JSON.parse(event.data)));
