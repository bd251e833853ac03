// The closed list of commands, and what each may be told. Nothing reaches a URL that has not been here.

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const NAME = '[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const KEY = `(?:${SUBDOMAIN}/)?${NAME}`;
const VALUE = `(?:${NAME})?`;
const GAP = '[ \\t]*';
const SET = `\\(${GAP}${VALUE}${GAP}(?:,${GAP}${VALUE}${GAP})*\\)`;
// One requirement of the grammar of k8s.io/apimachinery/pkg/labels.Parse; each apart, so that no text takes long to refuse.
const REQUIREMENT = new RegExp(
  `^${GAP}(?:!${GAP}${KEY}|${KEY}(?:${GAP}(?:==?|!=)${GAP}${VALUE}|${GAP}[<>]${GAP}-?[0-9]{1,18}|[ \\t]+(?:in|notin)${GAP}${SET})?)${GAP}$`,
);
const whole = (pattern) => new RegExp(`^(?:${pattern})$`);
const LABEL_ONLY = whole(LABEL);
const SUBDOMAIN_ONLY = whole(SUBDOMAIN);
const TOKEN_ONLY = whole('[!-~]{1,2048}');

const SELECTOR_SIZE_MAX = 1024;
const TAIL_LINES_MAX = 10_000;
const LIMIT_MAX = 10_000;

export class UnknownCommand extends Error {}
export class InvalidParams extends Error {}

// A comma inside of parentheses separates values, not requirements.
const isSelector = (text) => text.length <= SELECTOR_SIZE_MAX && text.split(/,(?![^()]*\))/).every((one) => REQUIREMENT.test(one));

function text(isValid, what, { emptyIsAbsent = false } = {}) {
  return (value) => {
    if (value === '' && emptyIsAbsent) return undefined;
    if (typeof value !== 'string' || value === '' || !isValid(value)) throw new InvalidParams(`expected ${what}`);
    return value;
  };
}

function integer(least, most) {
  return (value) => {
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidParams(`expected a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

function flag(value) {
  if (typeof value !== 'boolean') throw new InvalidParams('expected true or false');
  return value;
}

// Each: [reads the given value or throws, default]; REQUIRED has none.
const REQUIRED = Symbol('required');
const aNamespace = [text((t) => LABEL_ONLY.test(t), 'a namespace'), 'default'];
const namespaces = [text((t) => t === '*' || LABEL_ONLY.test(t), 'a namespace or "*"'), 'default'];
const everything = [text((t) => t === '*', '"*": this list is not namespaced'), undefined];
const selector = [text(isSelector, 'a label selector', { emptyIsAbsent: true }), undefined];
const limit = [integer(1, LIMIT_MAX), undefined];
const rest = [text((t) => TOKEN_ONLY.test(t), 'the "continue" of an earlier answer', { emptyIsAbsent: true }), undefined];
const aName = [text((t) => t.length <= 253 && SUBDOMAIN_ONLY.test(t), 'a name'), REQUIRED];
const container = [text((t) => LABEL_ONLY.test(t), 'a container', { emptyIsAbsent: true }), undefined];

const listed = { namespace: namespaces, label_selector: selector, limit, continue: rest };
const listedOfCluster = { ...listed, namespace: everything };

export const COMMANDS = new Map(Object.entries({
  list_pods: listed,
  list_deployments: listed,
  list_replicasets: listed,
  list_services: listed,
  list_events: listed,
  list_configmaps: listed,
  list_namespaces: listedOfCluster,
  list_nodes: listedOfCluster,
  get_pod_logs: {
    pod_name: aName, namespace: aNamespace, container, tail_lines: [integer(1, TAIL_LINES_MAX), 100], previous: [flag, false],
  },
  get_pod_events: { pod_name: aName, namespace: aNamespace },
  describe_pod: { pod_name: aName, namespace: aNamespace },
  describe_deployment: { deployment_name: aName, namespace: aNamespace },
  describe_node: { node_name: aName },
  get_configmap: { configmap_name: aName, namespace: aNamespace },
  cluster_info: {},
}));

/** The parameters with their defaults. Throws UnknownCommand or InvalidParams. */
export function readParams(command, given) {
  const rules = COMMANDS.get(command);
  if (!rules) throw new UnknownCommand('no such command');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new InvalidParams('params: expected an object');
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(rules, name)) throw new InvalidParams(`${command} takes only: ${Object.keys(rules).join(', ')}`);
  }
  const valid = {};
  for (const [name, [read, absent]] of Object.entries(rules)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || (value === null && absent !== REQUIRED)) {
      if (absent === REQUIRED) throw new InvalidParams(`${name}: missing`);
      valid[name] = absent;
      continue;
    }
    try {
      valid[name] = read(value);
    } catch (problem) {
      throw new InvalidParams(`${name}: ${problem.message}`);
    }
  }
  return valid;
}
