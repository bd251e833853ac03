"""What each command does: one or a few reads of the API, made into the contract's result."""
import dataclasses

from . import shapes
from .deadlines import parse_time
from .kubernetes import KubeFailure

CORE, APPS = "/api/v1", "/apis/apps/v1"
LOG_TRIES_MAX = 5
LIST_RESTARTS_MAX = 2
COUNT_PAGE_ITEMS = 500


@dataclasses.dataclass(frozen=True)
class Listing:
    group: str
    resource: str
    row: object
    count_name: str
    list_name: str
    newest_first: bool = False


def _listing(group, resource, row, singular, **more):
    return Listing(group, resource, row, singular + "_count", resource, **more)


LISTINGS = {
    "list_pods": _listing(CORE, "pods", shapes.pod_row, "pod"),
    "list_services": _listing(CORE, "services", shapes.service_row, "service"),
    "list_configmaps": _listing(CORE, "configmaps", shapes.configmap_row, "configmap"),
    "list_events": _listing(CORE, "events", shapes.event_row, "event", newest_first=True),
    "list_namespaces": _listing(CORE, "namespaces", shapes.namespace_row, "namespace"),
    "list_nodes": _listing(CORE, "nodes", shapes.node_row, "node"),
    "list_deployments": _listing(APPS, "deployments", shapes.deployment_row, "deployment"),
    "list_replicasets": _listing(APPS, "replicasets", shapes.replicaset_row, "replicaset"),
}
POD_EVENTS = _listing(CORE, "events", shapes.pod_event_row, "event", newest_first=True)
OF_CLUSTER = ("list_namespaces", "list_nodes")
# Group, resource, parameter of the name, shape.
DESCRIPTIONS = {
    "describe_pod": (CORE, "pods", "pod_name", shapes.describe_pod),
    "describe_deployment": (APPS, "deployments", "deployment_name", shapes.describe_deployment),
    "describe_node": (CORE, "nodes", "node_name", shapes.describe_node),
    "get_configmap": (CORE, "configmaps", "configmap_name", shapes.describe_configmap),
}


class Reads:
    def __init__(self, client, settings):
        self._client, self._settings = client, settings

    async def run(self, command, params):
        """(result, truncated) of a command whose parameters were checked. Raises KubeFailure."""
        if command in LISTINGS:
            return await self._list(command, params)
        if command in DESCRIPTIONS:
            group, resource, name, shape = DESCRIPTIONS[command]
            return shape(await self._client.get(group, resource, params.get("namespace"), params[name])), False
        if command == "get_pod_logs":
            return await self._pod_logs(params)
        if command == "get_pod_events":
            return await self._pod_events(params)
        return await self._cluster_info(), False

    async def _list(self, command, params):
        what = LISTINGS[command]
        namespace = None if params["namespace"] in (None, "*") else params["namespace"]
        query = {"labelSelector": params["label_selector"]} if params["label_selector"] else {}
        rows, rest = await self._collect(what, namespace, query, params["limit"], params["continue"])
        result = {} if command in OF_CLUSTER else {"namespace": params["namespace"]}
        result |= {what.count_name: len(rows), what.list_name: rows}
        if rest:
            result["continue"] = rest
        return result, bool(rest) and params["limit"] is None

    async def _pod_events(self, params):
        # A pod's name is a DNS subdomain: it holds nothing that means anything in a selector.
        query = {"fieldSelector": "involvedObject.kind=Pod,involvedObject.name=" + params["pod_name"]}
        rows, rest = await self._collect(POD_EVENTS, params["namespace"], query, None, None)
        return {"pod_name": params["pod_name"], "namespace": params["namespace"], "event_count": len(rows), "events": rows}, bool(rest)

    async def _collect(self, what, namespace, query, limit, start):
        """Rows and the token of the rest. Pages; begins anew when its snapshot expires, asks for less when a page is too long."""
        wanted = min(limit or self._settings.items_max, self._settings.items_max)
        page_items, restarts = self._settings.page_items, 0
        rows, token = [], start
        while True:
            page_query = {**query, "limit": min(page_items, wanted - len(rows)), **({"continue": token} if token else {})}
            try:
                page = await self._client.list(what.group, what.resource, namespace, page_query)
            except KubeFailure as failure:
                if failure.code == "too_large" and page_items > 1:
                    page_items //= 2
                    continue
                if failure.status == 410 and not start and token and restarts < LIST_RESTARTS_MAX:
                    rows, token, restarts = [], start, restarts + 1
                    continue
                raise
            rows += [what.row(one) for one in shapes.items(page, "items")]
            token = shapes.text(page, "metadata", "continue")
            if not token or len(rows) >= wanted:
                break
        if what.newest_first:
            rows.sort(key=lambda row: parse_time(row["last_timestamp"]) or 0.0, reverse=True)
        return rows, token

    async def _pod_logs(self, params):
        bytes_max, lines = self._settings.log_bytes_max, params["tail_lines"]
        query = {"limitBytes": bytes_max}
        if params["container"]:
            query["container"] = params["container"]
        if params["previous"]:
            query["previous"] = "true"
        cut = False
        for tries in range(1, LOG_TRIES_MAX + 1):
            raw = await self._client.logs(params["namespace"], params["pod_name"], {**query, "tailLines": lines})
            if len(raw) < bytes_max:
                break
            # The API cuts the newest bytes off, and those are what is wanted: fewer lines.
            cut = True
            if lines == 1:
                break
            held = raw.count(b"\n")
            lines = 1 if tries == LOG_TRIES_MAX - 1 else max(1, min(lines - 1 if tries == 1 else lines // 8, held - held // 10 - 1))
        logs = raw.decode("utf-8", "replace")
        result = {"pod_name": params["pod_name"], "namespace": params["namespace"], "container": params["container"],
                  "logs": logs, "line_count": count_lines(logs)}
        return result, cut

    async def _cluster_info(self):
        version = await self._client.version()
        return {"kubernetes_version": shapes.text(version, "gitVersion"), "platform": shapes.text(version, "platform"),
                "node_count": await self.count("nodes"), "namespace_count": await self.count("namespaces")}

    async def count(self, resource):
        """How many objects there are, with one small page where the API server says how many remain."""
        count, token, limit = 0, None, 1
        while True:
            page = await self._client.list(CORE, resource, None, {"limit": limit, **({"continue": token} if token else {})})
            count += len(shapes.items(page, "items"))
            remaining = shapes.number(page, "metadata", "remainingItemCount", absent=-1)
            if remaining >= 0:
                return count + remaining
            token, limit = shapes.text(page, "metadata", "continue"), COUNT_PAGE_ITEMS
            if not token or count >= self._settings.items_max:
                return count


def count_lines(logs):
    return logs.count("\n") + (1 if logs and not logs.endswith("\n") else 0)
