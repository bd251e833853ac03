#!/usr/bin/env python3
"""A deliberately broken agent, in nothing but the standard library: it connects and reads its stream, answers every
command with an empty result as soon as it has read its line, whether or not the event ends (SSE-5), and comes back at once."""
import http.client
import json
import os
import ssl
import urllib.parse


def answer(url, context, request_id):
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=10)
    try:
        connection.request("POST", f"{url.path}/agent/response/{request_id}", json.dumps({"ok": True, "request_id": request_id, "result": {}}),
                           {"Authorization": "Bearer " + os.environ["INCIDENTFOX_API_KEY"], "Content-Type": "application/json"})
        connection.getresponse().read()
    finally:
        connection.close()


def stay_connected_once(url, context):
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=60)
    try:
        connection.request("GET", url.path + "/agent/connect?instance_id=impatient",
                           headers={"Authorization": "Bearer " + os.environ["INCIDENTFOX_API_KEY"], "Accept": "text/event-stream"})
        for line in connection.getresponse():
            if line.startswith(b"event: connected") or line.startswith(b"event:connected"):
                print(json.dumps({"event": "connected_to_gateway", "cluster_name": os.environ["INCIDENTFOX_CLUSTER_NAME"]}), flush=True)
            if line.startswith(b"data:") and b'"command"' in line:
                answer(url, context, json.loads(line[5:])["request_id"])
    finally:
        connection.close()


def main():
    url = urllib.parse.urlsplit(os.environ["INCIDENTFOX_GATEWAY_URL"])
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    while True:
        try:
            stay_connected_once(url, context)
        except (OSError, http.client.HTTPException):
            pass


main()
