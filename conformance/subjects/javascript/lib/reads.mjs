// What each command does: one or a few reads of the API, made into the contract's result.
import { countLines } from './answers.mjs';
import { KubeFailure } from './kubernetes.mjs';
import * as shapes from './shapes.mjs';

const LOG_TRIES_MAX = 5;
const LIST_RESTARTS_MAX = 2;
const COUNT_PAGE_ITEMS = 500;

const listing = (resource, row, singular, more = {}) => ({ resource, row, countName: `${singular}_count`, listName: resource, ...more });
const LISTINGS = new Map(Object.entries({
  list_pods: listing('pods', shapes.podRow, 'pod'),
  list_services: listing('services', shapes.serviceRow, 'service'),
  list_configmaps: listing('configmaps', shapes.configmapRow, 'configmap'),
  list_events: listing('events', shapes.eventRow, 'event', { newestFirst: true }),
  list_deployments: listing('deployments', shapes.deploymentRow, 'deployment'),
  list_replicasets: listing('replicasets', shapes.replicasetRow, 'replicaset'),
  list_namespaces: listing('namespaces', shapes.namespaceRow, 'namespace', { ofCluster: true }),
  list_nodes: listing('nodes', shapes.nodeRow, 'node', { ofCluster: true }),
}));
const POD_EVENTS = listing('events', shapes.podEventRow, 'event', { newestFirst: true });
// Command: [resource, parameter of the name, shape].
const DESCRIPTIONS = new Map(Object.entries({
  describe_pod: ['pods', 'pod_name', shapes.describePod],
  describe_deployment: ['deployments', 'deployment_name', shapes.describeDeployment],
  describe_node: ['nodes', 'node_name', shapes.describeNode],
  get_configmap: ['configmaps', 'configmap_name', shapes.describeConfigmap],
}));

export class Reads {
  #client;
  #settings;

  constructor(client, settings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** {result, truncated} of a command whose parameters were checked. Throws KubeFailure. */
  async run(command, params, signal) {
    if (LISTINGS.has(command)) return this.#list(LISTINGS.get(command), params, signal);
    if (DESCRIPTIONS.has(command)) {
      const [resource, name, shape] = DESCRIPTIONS.get(command);
      return { result: shape(await this.#client.get(resource, params.namespace, params[name], signal)) };
    }
    if (command === 'get_pod_logs') return this.#podLogs(params, signal);
    if (command === 'get_pod_events') return this.#podEvents(params, signal);
    return { result: await this.#clusterInfo(signal) };
  }

  /** How many objects there are, with one small page where the API server says how many remain. */
  async count(resource, signal) {
    let count = 0;
    let next;
    let limit = 1;
    do {
      const page = await this.#client.list(resource, undefined, { limit, _continue: next }, signal);
      count += page.items.length;
      if (page.metadata?.remainingItemCount >= 0) return count + page.metadata.remainingItemCount;
      next = page.metadata?._continue;
      limit = COUNT_PAGE_ITEMS;
    } while (next && count < this.#settings.itemsMax);
    return count;
  }

  async #list(what, params, signal) {
    const namespace = params.namespace === '*' ? undefined : params.namespace;
    const { rows, rest } = await this.#collect(what, namespace, { labelSelector: params.label_selector }, params.limit, params.continue, signal);
    const result = what.ofCluster ? {} : { namespace: params.namespace };
    Object.assign(result, { [what.countName]: rows.length, [what.listName]: rows });
    if (rest) result.continue = rest;
    return { result, truncated: Boolean(rest) && params.limit === undefined };
  }

  async #podEvents({ pod_name: pod, namespace }, signal) {
    // A pod's name is a DNS subdomain: it holds nothing that means anything in a selector.
    const query = { fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${pod}` };
    const { rows, rest } = await this.#collect(POD_EVENTS, namespace, query, undefined, undefined, signal);
    return { result: { pod_name: pod, namespace, event_count: rows.length, events: rows }, truncated: Boolean(rest) };
  }

  /** Rows and the token of the rest. Begins anew when its snapshot expires. */
  async #collect(what, namespace, query, limit, start, signal) {
    const wanted = Math.min(limit ?? Infinity, this.#settings.itemsMax);
    let rows = [];
    let rest = start;
    let restarts = 0;
    do {
      try {
        const page = await this.#client.list(what.resource, namespace,
          { ...query, limit: Math.min(this.#settings.pageItems, wanted - rows.length), _continue: rest }, signal);
        if (!Array.isArray(page?.items)) throw new KubeFailure('internal', 'the Kubernetes API answered with something that is no list');
        rows.push(...page.items.map(what.row));
        rest = page.metadata?._continue;
      } catch (problem) {
        if (problem.status !== 410 || start || !rest || restarts >= LIST_RESTARTS_MAX) throw problem;
        rows = [];
        rest = undefined;
        restarts += 1;
        continue;
      }
      if (!rest || rows.length >= wanted) break;
    } while (true);
    if (what.newestFirst) rows.sort((a, b) => (Date.parse(b.last_timestamp) || 0) - (Date.parse(a.last_timestamp) || 0));
    return { rows, rest };
  }

  async #podLogs({ pod_name: pod, namespace, container, tail_lines: tailLines, previous }, signal) {
    const bytesMax = this.#settings.logBytesMax;
    let lines = tailLines;
    let truncated = false;
    let logs;
    for (let tries = 1; ; tries += 1) {
      logs = await this.#client.logs(namespace, pod, { container, previous: previous || undefined, limitBytes: bytesMax, tailLines: lines }, signal) ?? '';
      if (Buffer.byteLength(logs) < bytesMax) break;
      // The API cuts the newest bytes off, and those are what is wanted: fewer lines.
      truncated = true;
      if (lines === 1 || tries === LOG_TRIES_MAX) break;
      const held = logs.split('\n').length - 1;
      const most = tries === 1 ? lines - 1 : Math.floor(lines / 8);
      lines = tries + 1 === LOG_TRIES_MAX ? 1 : Math.max(1, Math.min(most, held - Math.floor(held / 10) - 1));
    }
    return { result: { pod_name: pod, namespace, container: container ?? null, logs, line_count: countLines(logs) }, truncated };
  }

  async #clusterInfo(signal) {
    const version = await this.#client.version(signal);
    return {
      kubernetes_version: version.gitVersion ?? null, platform: version.platform ?? null, node_count: await this.count('nodes', signal),
      namespace_count: await this.count('namespaces', signal),
    };
  }
}
