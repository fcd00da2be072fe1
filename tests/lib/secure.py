# SPDX-License-Identifier: MIT
"""Certificates, and a cocd that speaks https."""

import os
import subprocess

import pytest

import service


class SecureCocd(service.Cocd):
    """A cocd that speaks https with the certificate and the key in these two files."""

    def __init__(self, data, log, cert, key):
        super().__init__(data, log)
        self.cert, self.key = cert, key

    def store(self):
        return [*super().store(), "--tls-cert", self.cert, "--tls-key", self.key]


def make_pair(directory, name, names, *options):
    cert, key = os.path.join(directory, f"{name}.crt"), os.path.join(directory, f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-keyout", key, "-out", cert,
                    *(options or ["-days", "2"])], check=True, capture_output=True)
    os.chmod(key, 0o600)
    return cert, key


@pytest.fixture
def secure_cocd(tmp_path, exhibit):
    """secure_cocd(names): starts a SecureCocd with a certificate for these names, in the form of subjectAltName. Returns it."""
    started = []

    def start(names="IP:127.0.0.1"):
        cert, key = make_pair(tmp_path, "service", names)
        process = SecureCocd(str(tmp_path / "service"), str(tmp_path / "cocd.log"), cert, key)
        exhibit("cocd", process.log)
        started.append(process)
        return process.start()
    yield start
    for process in started:
        process.stop()
