// Every number that the agent's behaviour hangs on, and what it reads from its environment. A variable KITFOX_AGENT_<NAME> changes
// the setting of that name; spans are in seconds and end in _SECONDS. Only a test should want that.

const DEFAULTS = {
  // Delays between attempts; backoff.mjs tells how they combine.
  backoffInitialSeconds: 1,
  backoffFactor: 2,
  backoffCapSeconds: 60,
  healthyAfterSeconds: 30,
  sessionSpreadSeconds: 5,
  floorMaxSeconds: 300,
  slowLaneSeconds: 60,
  // One attempt and one stream.
  dialTimeoutSeconds: 10,
  headTimeoutSeconds: 15,
  connectedTimeoutSeconds: 45,
  heartbeatIntervalSeconds: 15, // assumed until the gateway says otherwise
  watchdogIntervals: 3,
  heartbeatPostIntervalSeconds: 60, // 0: none
  eventBytesMax: 1024 * 1024,
  // Commands and answers.
  workers: 8,
  queueMax: 64,
  drainTimeoutSeconds: 25,
  answersKept: 10_000,
  rememberSeconds: 600,
  answerBytesKept: 16 * 1024 * 1024,
  pendingMax: 4096,
  pendingBytesMax: 16 * 1024 * 1024,
  bodyBytesMax: 1024 * 1024,
  responseTryTimeoutSeconds: 10,
  responseRetryInitialSeconds: 0.5,
  responseRetryCapSeconds: 5,
  // The Kubernetes API.
  pageItems: 100,
  itemsMax: 10_000,
  logBytesMax: 1024 * 1024,
  kubeConnectionsMax: 8,
  metadataRefreshSeconds: 600,
};

/** Something in the environment is missing or wrong; says what, and never quotes the key. */
export class BadConfiguration extends Error {}

export function readSettings(environment) {
  const settings = { ...DEFAULTS };
  for (const name of Object.keys(settings)) {
    const variable = 'KITFOX_AGENT_' + name.replace(/[A-Z]/g, (letter) => '_' + letter).toUpperCase();
    const text = environment[variable];
    if (text === undefined) continue;
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value < 1e9)) throw new BadConfiguration(`${variable}: expected a number`);
    settings[name] = value;
  }
  return Object.freeze(settings);
}

/** Whom the agent speaks for, and where to. */
export function readIdentity(environment) {
  const key = (environment.INCIDENTFOX_API_KEY ?? '').trim();
  if (!/^[!-~]+$/.test(key)) throw new BadConfiguration('INCIDENTFOX_API_KEY: expected a key');
  const gateway = parsed(environment.INCIDENTFOX_GATEWAY_URL ?? 'https://orchestrator.incidentfox.ai/gateway');
  if (!gateway || gateway.username || gateway.search || gateway.hash) {
    throw new BadConfiguration('INCIDENTFOX_GATEWAY_URL: expected https://host[:port][/path]');
  }
  if (gateway.protocol !== 'https:') {
    throw new BadConfiguration('INCIDENTFOX_GATEWAY_URL: expected https://; the agent never speaks plain http');
  }
  return {
    key,
    clusterName: environment.INCIDENTFOX_CLUSTER_NAME ?? '',
    gateway: gateway.href.replace(/\/+$/, ''),
    authorities: environment.SSL_CERT_FILE,
    probeFile: environment.KITFOX_PROBE_FILE ?? '/tmp/healthy',
    logLevel: environment.LOG_LEVEL ?? 'INFO',
  };
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
