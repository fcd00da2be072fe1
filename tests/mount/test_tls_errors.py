# SPDX-License-Identifier: MIT
"""A connection that TLS refuses: the message says what is wrong with it, and the one thing that mends it."""

import shutil

import pytest

import mounting
import samples
import tools
from secure import make_pair

if not shutil.which("openssl"):
    pytest.skip("openssl is not installed", allow_module_level=True)


@pytest.fixture
def mounted(mounts, tmp_path):
    """mounted(cocd, scheme, option=value, …): mounts a space of that service."""
    def mount(cocd, scheme, **options):
        env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file}
        source = f"{scheme}://127.0.0.1:{cocd.address[1]}"
        return mounts(mounting.Mount(source, tmp_path, env=env, timeout="3", **options)).mount()
    return mount


def story(space, src, errno_name):
    assert tools.store(samples.file(src, "a.yaml"), space.at("a.yaml")) == f"close {errno_name}"
    told = space.error("a.yaml")
    assert f"errno: {errno_name}" in told.splitlines()
    assert space.fact("a.yaml", "state") in ("failed", "in-doubt")
    return told


def test_it_works_with_the_ca_that_is_named(secure_cocd, mounted, src):
    cocd = secure_cocd()
    space = mounted(cocd, "https", cacert=cocd.cert)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.id("a.yaml")


def test_nobody_who_is_trusted_has_signed_it(secure_cocd, mounted, src):
    told = story(mounted(secure_cocd(), "https"), src, "EPROTO")
    assert "self-signed certificate" in told and "what_to_do: mount with -o cacert=FILE" in told


def test_the_ca_that_is_named_has_not_signed_it(secure_cocd, mounted, src, tmp_path):
    other, _ = make_pair(tmp_path, "other", "DNS:other")
    told = story(mounted(secure_cocd(), "https", cacert=other), src, "EPROTO")
    assert f"into {other}, which -o cacert= names" in told


def test_the_certificate_is_for_another_name(secure_cocd, mounted, src):
    cocd = secure_cocd("DNS:coc.example,DNS:www.coc.example")
    told = story(mounted(cocd, "https", cacert=cocd.cert), src, "EPROTO")
    assert "its certificate is for DNS:coc.example, DNS:www.coc.example, and not for 127.0.0.1" in told
    assert "what_to_do: use a name that is in the certificate as SOURCE" in told


def test_http_spoken_to_a_port_of_https(secure_cocd, mounted, src):
    cocd = secure_cocd()
    told = story(mounted(cocd, "http"), src, "EIO")
    assert f"mount https://127.0.0.1:{cocd.address[1]}" in told


def test_https_spoken_to_a_port_of_http(cocd, mounted, src):
    told = story(mounted(cocd, "https"), src, "EPROTO")
    assert "may be one of http" in told and "what_to_do: give SOURCE the port of https" in told
