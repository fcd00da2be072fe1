# SPDX-License-Identifier: MIT
"""Measures curl, for comparison with cocfs: its requests are signed beforehand, with a configuration file for each."""

import datetime
import json
import os

import service
import tools


def sign(server, body):
    """Returns the signed headers of a create. The service refuses them later, when its clock differs too much from their date."""
    now = datetime.datetime.now(datetime.timezone.utc)
    headers = {"X-Sdk-Date": now.strftime("%Y%m%dT%H%M%SZ")}
    keys = service.read_keys(server.keys_file)
    headers["Authorization"] = service.sign(*keys, "POST", "/v1/documents", [], headers, body)
    headers["Content-Type"] = "application/json"
    return headers


def prepare(server, documents, place):
    """Writes the body and the configuration of each document's create into place, and one configuration of all creates into
    place/all. Returns the paths of the configurations of single documents, in the order of their names."""
    found = []
    for name in sorted(os.listdir(documents)):
        stem = os.path.join(place, os.path.splitext(name)[0])
        content = tools.read(os.path.join(documents, name)).decode()
        body = json.dumps({"name": os.path.basename(stem), "content": content, "enterprise_project_id": "0",
                           "risk_level": "LOW"}).encode()
        lines = [f'url = "{server.url}/v1/documents"', "silent", "fail", "http1.1", 'output = "/dev/null"',
                 f'data-binary = "@{tools.write(stem + ".json", body)}"']
        lines += [f'header = "{key}: {value}"' for key, value in sign(server, body).items()]
        lines += [f'cacert = "{server.cacert}"'] if server.cacert else []
        found.append(tools.write(stem + ".curl", "\n".join(lines) + "\n"))
    tools.write(os.path.join(place, "all"), "next\n".join(tools.read(path).decode() for path in found))
    return found
