"""The closed list of commands, and what each may be told. Nothing reaches a URL that has not been here."""
import re

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_NAME = r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?"
_KEY = rf"(?:{_SUBDOMAIN}/)?{_NAME}"
_VALUE = rf"(?:{_NAME})?"
_GAP = r"[ \t]*"
_SET = rf"\({_GAP}{_VALUE}{_GAP}(?:,{_GAP}{_VALUE}{_GAP})*\)"
_REQUIREMENT = (rf"{_GAP}(?:!{_GAP}{_KEY}|{_KEY}(?:{_GAP}(?:==?|!=){_GAP}{_VALUE}|{_GAP}[<>]{_GAP}-?[0-9]{{1,18}}"
                rf"|[ \t]+(?:in|notin){_GAP}{_SET})?){_GAP}")
LABEL = re.compile(_LABEL)
SUBDOMAIN = re.compile(_SUBDOMAIN)
# The grammar of k8s.io/apimachinery/pkg/labels.Parse; each requirement apart, so that no text takes long to refuse.
REQUIREMENT = re.compile(_REQUIREMENT)
TOKEN = re.compile(r"[!-~]{1,2048}")

SELECTOR_SIZE_MAX = 1024
TAIL_LINES_MAX = 10_000
LIMIT_MAX = 10_000


class UnknownCommand(Exception):
    pass


class InvalidParams(Exception):
    pass


def _is_selector(text):
    if len(text) > SELECTOR_SIZE_MAX:
        return False
    # A comma inside of parentheses separates values, not requirements.
    return all(REQUIREMENT.fullmatch(one) for one in re.split(r",(?![^()]*\))", text))


def _text(is_valid, what, empty_is_absent=False):
    def read(value):
        if value == "" and empty_is_absent:
            return None
        if not isinstance(value, str) or not value or not is_valid(value):
            raise InvalidParams(f"expected {what}")
        return value
    return read


def _integer(least, most):
    def read(value):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InvalidParams(f"expected a whole number from {least} to {most}")
        return value
    return read


def _flag(value):
    if not isinstance(value, bool):
        raise InvalidParams("expected true or false")
    return value


REQUIRED = object()
_namespace = (_text(LABEL.fullmatch, "a namespace"), "default")
_namespaces = (_text(lambda text: text == "*" or LABEL.fullmatch(text), 'a namespace or "*"'), "default")
_all = (_text(lambda text: text == "*", '"*": this list is not namespaced'), None)
_selector = (_text(_is_selector, "a label selector", empty_is_absent=True), None)
_limit = (_integer(1, LIMIT_MAX), None)
_continue = (_text(TOKEN.fullmatch, 'the "continue" of an earlier answer', empty_is_absent=True), None)
_name = (_text(lambda text: len(text) <= 253 and SUBDOMAIN.fullmatch(text), "a name"), REQUIRED)
_container = (_text(LABEL.fullmatch, "a container", empty_is_absent=True), None)

_listed = {"namespace": _namespaces, "label_selector": _selector, "limit": _limit, "continue": _continue}
_listed_of_cluster = {**_listed, "namespace": _all}

# Parameter: (reads the given value or raises, default).
COMMANDS = {
    "list_pods": _listed,
    "list_deployments": _listed,
    "list_replicasets": _listed,
    "list_services": _listed,
    "list_events": _listed,
    "list_configmaps": _listed,
    "list_namespaces": _listed_of_cluster,
    "list_nodes": _listed_of_cluster,
    "get_pod_logs": {"pod_name": _name, "namespace": _namespace, "container": _container,
                     "tail_lines": (_integer(1, TAIL_LINES_MAX), 100), "previous": (_flag, False)},
    "get_pod_events": {"pod_name": _name, "namespace": _namespace},
    "describe_pod": {"pod_name": _name, "namespace": _namespace},
    "describe_deployment": {"deployment_name": _name, "namespace": _namespace},
    "describe_node": {"node_name": _name},
    "get_configmap": {"configmap_name": _name, "namespace": _namespace},
    "cluster_info": {},
}


def read_params(command, given):
    """The parameters with their defaults, absent ones None. Raises UnknownCommand or InvalidParams."""
    rules = COMMANDS.get(command)
    if rules is None:
        raise UnknownCommand("no such command")
    if not isinstance(given, dict):
        raise InvalidParams("params: expected an object")
    for name in given:
        if name not in rules:
            raise InvalidParams(f"{command} takes only {', '.join(rules)}" if rules else f"{command} takes no parameters")
    valid = {}
    for name, (read, default) in rules.items():
        value = given.get(name)
        if value is None and (name not in given or default is not REQUIRED):
            if default is REQUIRED:
                raise InvalidParams(f"{name}: missing")
            valid[name] = default
            continue
        try:
            valid[name] = read(value)
        except InvalidParams as problem:
            raise InvalidParams(f"{name}: {problem}") from None
    return valid
