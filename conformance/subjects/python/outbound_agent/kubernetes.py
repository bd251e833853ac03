"""Reading from the Kubernetes API: access by kubeconfig or service account, one GET at a time, and what its refusals mean."""
import base64
import contextlib
import json
import os
import pathlib
import ssl
import tempfile
import time
import urllib.parse

from .http1 import ConnectionLost, Pool, TooLarge, retry_after
from .settings import BadConfiguration

SERVICE_ACCOUNT = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount")
TOKEN_REREAD_SECONDS = 60.0
MESSAGE_BYTES_MAX = 1024
DIAL_TIMEOUT_SECONDS = 10.0


class KubeFailure(Exception):
    """A read that yielded nothing. `code` is of the closed list; `detail` is what the answer tells of it."""

    def __init__(self, code, message, status=None, subject=None, reason=None, retry_after_seconds=None):
        super().__init__(message)
        self.code, self.status = code, status
        detail = {"code": status, "reason": reason, "message": message, "retry_after_seconds": retry_after_seconds, **(subject or {})}
        self.detail = {name: value for name, value in detail.items() if value not in (None, "")}


def code_of_status(status):
    # 401 is internal: the agent's own token is at fault, not what its caller may see.
    known = {401: "internal", 403: "denied", 404: "not_found", 408: "timeout", 410: "expired", 413: "too_large", 429: "busy",
             504: "timeout"}
    return known.get(status) or ("unavailable" if status >= 500 else "invalid" if status >= 400 else "internal")


def fit_message(message):
    """At most 1 KiB, without the names of role bindings that may follow a denial."""
    head, _, _ = message.partition(": RBAC:")
    return head.encode()[:MESSAGE_BYTES_MAX].decode("utf-8", "ignore").rstrip("\n")


def _refusal(response, subject):
    reason, message, seconds = None, "", retry_after(response.head)
    try:
        status = json.loads(response.body)
    except ValueError:
        status = None
    if isinstance(status, dict):
        reason = status.get("reason") if isinstance(status.get("reason"), str) else None
        message = status.get("message") if isinstance(status.get("message"), str) else ""
        details = status.get("details")
        if seconds is None and isinstance(details, dict) and isinstance(details.get("retryAfterSeconds"), int):
            seconds = float(details["retryAfterSeconds"])
    else:
        message = response.body.decode("utf-8", "replace")
    message = fit_message(message) or f"Kubernetes answered {response.status}"
    return KubeFailure(code_of_status(response.status), message, response.status, subject, reason, seconds)


class KubeClient:
    def __init__(self, access, settings):
        self._access = access
        self._bytes_max = settings.page_bytes_max
        self._pool = Pool(access.host, access.port, access.tls, settings.kube_connections_max, DIAL_TIMEOUT_SECONDS, resend=True,
                          idle_max=30.0)

    async def list(self, group, resource, namespace, query):
        where = f"/namespaces/{namespace}" if namespace else ""
        subject = {"verb": "list", "resource": resource, "namespace": namespace}
        return await self._read_object(f"{group}{where}/{resource}", query, subject)

    async def get(self, group, resource, namespace, name):
        where = f"/namespaces/{namespace}" if namespace else ""
        subject = {"verb": "get", "resource": resource, "namespace": namespace}
        return await self._read_object(f"{group}{where}/{resource}/{name}", {}, subject)

    async def version(self):
        return await self._read_object("/version", {}, {"verb": "get"})

    async def logs(self, namespace, name, query):
        subject = {"verb": "get", "resource": "pods/log", "namespace": namespace}
        return await self._read(f"/api/v1/namespaces/{namespace}/pods/{name}/log", query, subject, "*/*")

    async def _read_object(self, path, query, subject):
        body = await self._read(path, query, subject, "application/json")
        try:
            value = json.loads(body)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise KubeFailure("internal", "the Kubernetes API answered with something that is no JSON object", subject=subject)
        return value

    async def _read(self, path, query, subject, accept):
        target = self._access.path + path + ("?" + urllib.parse.urlencode(query) if query else "")
        for last_try in (False, True):
            headers = {"Host": self._access.authority, "Accept": accept, "User-Agent": "outbound-agent"}
            if token := self._access.token(fresh=last_try):
                headers["Authorization"] = "Bearer " + token
            try:
                response = await self._pool.exchange("GET", target, headers, bytes_max=self._bytes_max)
            except (ConnectionLost, TimeoutError) as failure:
                raise KubeFailure("unavailable", f"Kubernetes API: {failure or 'no connection in time'}", subject=subject) from None
            except TooLarge as failure:
                raise KubeFailure("too_large", f"Kubernetes API: {failure}", subject=subject) from None
            if response.status == 401 and not last_try and self._access.rotates:
                continue  # once more, with the token as it is now
            if response.status != 200 and response.status != 204:
                raise _refusal(response, subject)
            return response.body


class KubeAccess:
    """Where the API server is and how to prove who we are."""

    def __init__(self, url, tls, token=None, token_file=None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise BadConfiguration("Kubernetes access: expected an https:// server")
        self.host, self.port, self.authority, self.path = parts.hostname, parts.port or 443, parts.netloc, parts.path.rstrip("/")
        self.tls = tls
        self._token, self._token_file, self._read_at = token, token_file, None

    @property
    def rotates(self):
        return self._token_file is not None

    def token(self, fresh=False):
        now = time.monotonic()
        if self._token_file and (fresh or self._read_at is None or now - self._read_at > TOKEN_REREAD_SECONDS):
            with contextlib.suppress(OSError):  # the old one may still do
                self._token, self._read_at = self._token_file.read_text().strip(), now
        return self._token


def find_access(kubeconfig, environment):
    try:
        return _from_kubeconfig(kubeconfig) if kubeconfig else _in_cluster(environment)
    except (OSError, ssl.SSLError, KeyError, TypeError, ValueError, StopIteration) as problem:
        raise BadConfiguration(f"access to Kubernetes: {kubeconfig or SERVICE_ACCOUNT}: {problem!r}") from None


def _in_cluster(environment):
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise BadConfiguration("access to Kubernetes: neither KUBECONFIG nor KUBERNETES_SERVICE_HOST and _PORT are set")
    tls = ssl.create_default_context(cafile=str(SERVICE_ACCOUNT / "ca.crt"))
    url = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    return KubeAccess(url, tls, token_file=SERVICE_ACCOUNT / "token")


def _from_kubeconfig(path):
    config = _read_yaml(path)

    def named(section, name):
        return next(one for one in config[section] if one["name"] == name)[section.removesuffix("s")]

    context = named("contexts", config["current-context"])
    cluster, user = named("clusters", context["cluster"]), named("users", context["user"])
    authority = cluster.get("certificate-authority-data")
    authority_file = cluster.get("certificate-authority")
    tls = ssl.create_default_context(cafile=str(path.parent / authority_file) if authority_file and not authority else None,
                                     cadata=base64.b64decode(authority).decode() if authority else None)
    _load_client_certificate(tls, path.parent, user)
    token_file = user.get("tokenFile")
    return KubeAccess(cluster["server"], tls, user.get("token"), path.parent / token_file if token_file else None)


def _load_client_certificate(tls, folder, user):
    if certificate := user.get("client-certificate"):
        tls.load_cert_chain(folder / certificate, folder / user["client-key"])
    elif data := user.get("client-certificate-data"):
        # The ssl module reads keys from files only.
        with tempfile.TemporaryDirectory() as private:
            pem = pathlib.Path(private, "client.pem")
            pem.touch(mode=0o600)
            pem.write_bytes(base64.b64decode(data) + b"\n" + base64.b64decode(user["client-key-data"]))
            tls.load_cert_chain(pem)


def _read_yaml(path):
    text = path.read_text()
    with contextlib.suppress(ValueError):
        return json.loads(text)  # every JSON text is YAML
    try:
        import yaml  # Debian: python3-yaml
    except ImportError:
        raise BadConfiguration(f"{os.fspath(path)}: reading YAML needs python3-yaml; JSON works without") from None
    return yaml.safe_load(text)
