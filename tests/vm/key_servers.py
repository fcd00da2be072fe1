# SPDX-License-Identifier: MIT
"""The metadata service of a cloud server, and an IAM at 127.0.0.1:9000, for tests/vm/boots.sh.

A command line has no secret, so the arguments are files. The first is a key file with a section [temporary]. The second has
tokens, in a section [federated]. The third is the ID token for which IAM gives that token."""

import configparser
import os
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lib"))

import key_servers  # noqa: E402

DAY = 86400


def section(path, name):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return parser[name]


def main(keys_file, tokens_file, id_token_file):
    keys = section(keys_file, "temporary")
    token = section(tokens_file, "federated")["token"]
    with open(id_token_file, encoding="ascii") as file:
        id_token = file.read().strip()
    metadata = key_servers.Metadata(socket.create_server(("169.254.169.254", 80)), keys["ak"], keys["sk"], keys["security_token"], DAY)
    with metadata, key_servers.Iam(socket.create_server(("127.0.0.1", 9000)), id_token, token, DAY):
        signal.pause()


main(*sys.argv[1:])
