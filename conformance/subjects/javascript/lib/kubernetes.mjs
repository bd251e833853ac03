// Reading by @kubernetes/client-node: one call at a time with a signal that ends it, and what its failures mean.
import https from 'node:https';
import * as k8s from '@kubernetes/client-node';
import { BadConfiguration } from './settings.mjs';

const MESSAGE_BYTES_MAX = 1024;

/** A read that yielded nothing. `code` is of the closed list; `detail` is what the answer tells of it. */
export class KubeFailure extends Error {
  constructor(code, message, detail = {}) {
    super(message);
    this.code = code;
    this.status = detail.code;
    this.detail = Object.fromEntries(Object.entries({ ...detail, message }).filter(([, value]) => value !== undefined && value !== ''));
  }
}

// 401 is internal: the agent's own token is at fault, not what its caller may see.
const CODES = new Map([[401, 'internal'], [403, 'denied'], [404, 'not_found'], [408, 'timeout'], [410, 'expired'], [413, 'too_large'],
  [429, 'busy'], [504, 'timeout']]);
const codeOfStatus = (status) => CODES.get(status) ?? (status >= 500 ? 'unavailable' : status >= 400 ? 'invalid' : 'internal');

/** At most 1 KiB, without the names of role bindings that may follow a denial. */
function fitMessage(message) {
  const bytes = Buffer.from(message.split(': RBAC:')[0].trimEnd());
  return new TextDecoder().decode(bytes.subarray(0, MESSAGE_BYTES_MAX), { stream: true });
}

function refusalOf({ code: status, body, headers = {} }, subject) {
  let told = body;
  try {
    if (typeof body === 'string') told = JSON.parse(body);
  } catch {
    told = { message: body };
  }
  if (typeof told !== 'object' || told === null) told = {};
  const message = fitMessage(typeof told.message === 'string' ? told.message : '') || `Kubernetes answered ${status}`;
  const seconds = Number(headers['retry-after'] ?? told.details?.retryAfterSeconds);
  return new KubeFailure(codeOfStatus(status), message, {
    ...subject, code: status, reason: typeof told.reason === 'string' ? told.reason : undefined,
    retry_after_seconds: seconds > 0 ? seconds : undefined,
  });
}

function failureOf(problem, subject) {
  if (problem instanceof k8s.ApiException) return refusalOf(problem, subject);
  // What node-fetch says of a network that fails; anything else is an answer that makes no sense.
  if (problem.type === 'system' || problem.name === 'AbortError' || problem.code) {
    return new KubeFailure('unavailable', fitMessage(`Kubernetes API: ${problem.message}`), subject);
  }
  return new KubeFailure('internal', 'the Kubernetes API answered with something that makes no sense', subject);
}

// Resource: [API, name in its methods, in the plural of "for all namespaces" as well].
const RESOURCES = {
  pods: ['core', 'Pod'],
  services: ['core', 'Service'],
  configmaps: ['core', 'ConfigMap'],
  events: ['core', 'Event'],
  deployments: ['apps', 'Deployment'],
  replicasets: ['apps', 'ReplicaSet'],
  namespaces: ['core', 'Namespace'],
  nodes: ['core', 'Node'],
};
const OF_CLUSTER = new Set(['namespaces', 'nodes']);

export class KubeClient {
  #apis;
  #agent = null;
  #connectionsMax;

  /** Access by KUBECONFIG, else by the pod's service account. Throws BadConfiguration. */
  constructor(environment, settings) {
    const config = new k8s.KubeConfig();
    try {
      if (environment.KUBECONFIG) config.loadFromFile(environment.KUBECONFIG);
      else config.loadFromCluster();
      const server = new URL(config.getCurrentCluster().server);
      if (server.protocol !== 'https:' || config.getCurrentCluster().skipTLSVerify) throw new Error('expected https, with verification');
    } catch (problem) {
      throw new BadConfiguration(`access to Kubernetes: ${environment.KUBECONFIG ?? 'service account'}: ${problem.message}`);
    }
    this.#connectionsMax = settings.kubeConnectionsMax;
    this.#apis = {
      core: config.makeApiClient(k8s.CoreV1Api), apps: config.makeApiClient(k8s.AppsV1Api), version: config.makeApiClient(k8s.VersionApi),
    };
  }

  list(resource, namespace, query, signal) {
    const [api, name] = RESOURCES[resource];
    const of = OF_CLUSTER.has(resource) ? name : namespace ? `Namespaced${name}` : `${name}ForAllNamespaces`;
    return this.#read({ verb: 'list', resource, namespace }, signal, (options) => this.#apis[api][`list${of}`]({ namespace, ...query }, options));
  }

  get(resource, namespace, name, signal) {
    const [api, kind] = RESOURCES[resource];
    const of = OF_CLUSTER.has(resource) ? kind : `Namespaced${kind}`;
    return this.#read({ verb: 'get', resource, namespace }, signal, (options) => this.#apis[api][`read${of}`]({ name, namespace }, options));
  }

  logs(namespace, name, query, signal) {
    return this.#read({ verb: 'get', resource: 'pods/log', namespace }, signal,
      (options) => this.#apis.core.readNamespacedPodLog({ name, namespace, ...query }, options));
  }

  version(signal) {
    return this.#read({ verb: 'get' }, signal, (options) => this.#apis.version.getCode(options));
  }

  async #read(subject, signal, call) {
    const prepare = (context) => {
      context.setSignal(signal);
      context.setAgent(this.#kept(context.getAgent()));
      return context;
    };
    try {
      const observed = (value) => new k8s.Observable(Promise.resolve(value));
      return await call({ middleware: [{ pre: (context) => observed(prepare(context)), post: observed }] });
    } catch (problem) {
      throw failureOf(problem, subject);
    }
  }

  /** The client makes an agent for each call, so that each has a connection of its own; one agent keeps a few. */
  #kept(made) {
    if (!(made instanceof https.Agent) || made.constructor !== https.Agent) return made; // a proxy's
    this.#agent ??= new https.Agent({ ...made.options, keepAlive: true, maxSockets: this.#connectionsMax, maxFreeSockets: 4 });
    return this.#agent;
  }

  close() {
    this.#agent?.destroy();
  }
}
