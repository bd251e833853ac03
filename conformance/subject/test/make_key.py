#!/usr/bin/env python3
"""A gateway's own tool, as its maintainer has one: make_key.py make|another|revoke|revoke-key URL CREDENTIAL AUTHORITY NAME_OR_ID [KEY_ID].

Prints a key and its cluster's id; what it does is said on standard error."""
import json
import ssl
import sys
import urllib.request

what, url, credential, authority, cluster = sys.argv[1:6]
routes = {"make": ("POST", ""), "another": ("POST", f"/{cluster}/keys"), "revoke": ("DELETE", f"/{cluster}"),
          "revoke-key": ("DELETE", f"/{cluster}/keys/" + (sys.argv[6] if len(sys.argv) > 6 else ""))}
method, route = routes[what]
body = json.dumps({"cluster_name": cluster, "display_name": cluster} if what == "make" else {}).encode() if method == "POST" else None
request = urllib.request.Request(f"{url}/api/v1/team/k8s-clusters{route}", body, {"X-Internal-Service": credential, "Content-Type": "application/json"},
                                 method=method)
print(f"{what} {cluster}", file=sys.stderr)
with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=authority), timeout=20) as answer:
    told = json.loads(answer.read() or "{}")
if method == "POST":
    print(told["token"], told.get("cluster_id", cluster))
