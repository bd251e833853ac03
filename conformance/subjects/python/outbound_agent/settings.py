"""Every number that the agent's behaviour hangs on, and what it reads from its environment.

A variable `KITFOX_AGENT_<NAME>` changes the field of that name; spans are in seconds and end in `_SECONDS`. Only a test
should want that: the defaults are those of the specification.
"""
import dataclasses
import pathlib
import urllib.parse


class BadConfiguration(Exception):
    """Something in the environment is missing or wrong; says what, and never quotes the key."""


@dataclasses.dataclass(frozen=True)
class Settings:
    # Delays between attempts; backoff.py tells how they combine.
    backoff_initial_seconds: float = 1.0
    backoff_factor: float = 2.0
    backoff_cap_seconds: float = 60.0
    healthy_after_seconds: float = 30.0
    session_spread_seconds: float = 5.0
    floor_max_seconds: float = 300.0
    slow_lane_seconds: float = 60.0
    # One attempt and one stream.
    dial_timeout_seconds: float = 10.0
    head_timeout_seconds: float = 15.0
    connected_timeout_seconds: float = 45.0
    heartbeat_interval_seconds: float = 15.0  # assumed until the gateway says otherwise
    watchdog_intervals: int = 3
    heartbeat_post_interval_seconds: float = 60.0  # 0: none
    event_bytes_max: int = 1024 * 1024
    # Commands and answers.
    workers: int = 8
    queue_max: int = 64
    drain_timeout_seconds: float = 25.0
    answers_kept: int = 10_000
    remember_seconds: float = 600.0
    answer_bytes_kept: int = 16 * 1024 * 1024
    pending_max: int = 4096
    pending_bytes_max: int = 16 * 1024 * 1024
    body_bytes_max: int = 1024 * 1024
    response_try_timeout_seconds: float = 10.0
    response_retry_initial_seconds: float = 0.5
    response_retry_cap_seconds: float = 5.0
    # The Kubernetes API.
    page_items: int = 100
    items_max: int = 10_000
    page_bytes_max: int = 16 * 1024 * 1024
    log_bytes_max: int = 1024 * 1024
    kube_connections_max: int = 8
    metadata_refresh_seconds: float = 600.0


@dataclasses.dataclass(frozen=True)
class Identity:
    """Whom the agent speaks for, and where to."""
    key: str
    cluster_name: str
    gateway: urllib.parse.SplitResult
    authorities: pathlib.Path | None
    kubeconfig: pathlib.Path | None
    probe_file: pathlib.Path
    log_level: str


def read_settings(environment):
    changed = {}
    for field in dataclasses.fields(Settings):
        text = environment.get("KITFOX_AGENT_" + field.name.upper())
        if text is None:
            continue
        try:
            changed[field.name] = field.type(text)
        except ValueError:
            raise BadConfiguration(f"KITFOX_AGENT_{field.name.upper()}: expected a number") from None
        if not 0 <= changed[field.name] < 1e9:
            raise BadConfiguration(f"KITFOX_AGENT_{field.name.upper()}: out of range")
    return Settings(**changed)


def read_identity(environment):
    key = environment.get("INCIDENTFOX_API_KEY", "").strip()
    if not key or any(c <= " " or c > "~" for c in key):
        raise BadConfiguration("INCIDENTFOX_API_KEY: expected a key")
    text = environment.get("INCIDENTFOX_GATEWAY_URL", "https://orchestrator.incidentfox.ai/gateway").rstrip("/")
    gateway = urllib.parse.urlsplit(text)
    if gateway.scheme != "https":
        raise BadConfiguration("INCIDENTFOX_GATEWAY_URL: expected https://; the agent never speaks plain http")
    if not gateway.hostname or gateway.username or gateway.query or gateway.fragment:
        raise BadConfiguration("INCIDENTFOX_GATEWAY_URL: expected https://host[:port][/path]")
    authorities, kubeconfig = environment.get("SSL_CERT_FILE"), environment.get("KUBECONFIG")
    return Identity(key=key, cluster_name=environment.get("INCIDENTFOX_CLUSTER_NAME", ""), gateway=gateway,
                    authorities=pathlib.Path(authorities) if authorities else None,
                    kubeconfig=pathlib.Path(kubeconfig) if kubeconfig else None,
                    probe_file=pathlib.Path(environment.get("KITFOX_PROBE_FILE", "/tmp/healthy")),
                    log_level=environment.get("LOG_LEVEL", "INFO"))
