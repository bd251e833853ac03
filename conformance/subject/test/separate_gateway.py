"""A gateway that runs by itself, as somebody else's does: the reference, with a certificate and credentials of its own."""
import contextlib
import json
import pathlib
import subprocess
import threading

TEAMS = ("acme/payments", "acme/search", "globex/payments", "globex/search")
# Of scenarios that generate their tenants.
MORE_TEAMS = ("umbrella/payments", *(f"o{org}/o{org}-t{team}" for org in range(20) for team in range(20)))


def issue_certificate(folder):
    """An authority, and a certificate by it for 127.0.0.1."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", "-days", "2")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=gateway")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2",
            "-extfile", "names")


def write_credentials(folder, teams):
    entries = [{"name": f"{role} of {team}", "secret": f"{role}-credential-of-{team}", "role": role, "org_id": team.split("/")[0],
                "team_node_id": team.split("/")[1]} for team in teams for role in ("caller", "admin")]
    (folder / "credentials.json").write_text(json.dumps({"credentials": entries}))


@contextlib.contextmanager
def separate_gateway(program, folder, every_team=False, flags=()):
    """Ports of its two listeners; `folder` keeps what it needs, with ca.pem for those who dial it."""
    folder = pathlib.Path(folder)
    issue_certificate(folder)
    write_credentials(folder, TEAMS + MORE_TEAMS if every_team else TEAMS)
    command = [program, "--agent-listen", "127.0.0.1:0", "--caller-listen", "127.0.0.1:0", "--tls-cert-file", "server.pem", "--tls-key-file",
               "server.key", "--database", "gateway.db", "--credentials-file", "credentials.json", *flags]
    with subprocess.Popen(command, cwd=folder, env={"KITFOX_GATEWAY_PEPPER": "pepper of a test"}, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL) as gateway:
        try:
            for line in gateway.stdout:
                told = json.loads(line)
                if told["event"] == "listening":
                    break
            # Whoever writes to a pipe that nobody reads stands still when it is full.
            threading.Thread(target=gateway.stdout.read, daemon=True).start()
            yield told["agent_port"], told["caller_port"]
        finally:
            gateway.kill()
