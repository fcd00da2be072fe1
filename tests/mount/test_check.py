# SPDX-License-Identifier: MIT
"""The check of the keys at the start: if the service refuses the keys, cocfs does not mount; if the service is away, cocfs mounts."""

import os
import socket

import pytest

import front as fronts
import mounting
import samples
import service
import tools


def refused(make_space, **options):
    with pytest.raises(mounting.MountFailed) as failure:
        make_space(**options)
    assert failure.value.status == 32
    return failure.value.log


def test_wrong_keys_do_not_mount(make_space, cocd, src, tmp_path):
    """The message says where the keys come from, and nothing is left behind."""
    ak, sk = service.read_keys(cocd.keys_file)
    wrong = service.write_keys(str(src / "keys"), ak, "wrong" + sk[5:])
    said = refused(make_space, env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": wrong})
    assert f"the service refuses the keys from {wrong}" in said
    assert all(text in said for text in ("what_to_do: check the access key", "error_code: APIGW.0301", "check=later"))
    assert sk[5:] not in said and not os.path.exists(tmp_path / "s")


@pytest.mark.parametrize("code", ["APIGW.0302", "APIG.0304", "APIGW.0802"])
def test_keys_that_may_do_nothing_do_not_mount(make_space, front, code):
    front.rule(fronts.refuses(403, code, "no"), times=None)
    assert code in refused(make_space)


@pytest.mark.parametrize("fault", [fronts.refuses(403, "COC.00010002", "no"), fronts.refuses(403, "APIGW.0401", "no"),
                                   fronts.refuses(500, "COC.1", "no"), fronts.refuses(407, "x", "no"), fronts.cuts(fronts.FORWARDED)],
                         ids=["permission", "address", "5xx", "proxy", "cut"])
def test_what_says_nothing_of_the_keys_mounts(make_space, front, src, fault):
    front.rule(fault, times=1)
    space = make_space()
    assert "the service was greeted" in space.log()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()


def test_a_service_that_is_silent_holds_no_mount_up(make_space, front, src):
    front.rule(fronts.silence(), times=1)
    space = make_space(timeout="30")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.only_job()


def test_a_service_that_is_away_mounts(mounts, cocd, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        source = f"http://127.0.0.1:{unused.getsockname()[1]}"
    mounts(mounting.Mount(source, tmp_path, env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file})).mount()


def test_check_later_mounts_with_wrong_keys(make_space, cocd, src):
    ak, sk = service.read_keys(cocd.keys_file)
    keys = service.write_keys(str(src / "keys"), ak, "wrong" + sk[5:])
    space = make_space(check="later", env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": keys})
    assert tools.store(samples.file(src, "a.yaml"), space.at("a.yaml")) == "close EACCES"


def test_the_check_is_the_only_greeting(make_space):
    space = make_space()
    assert len(space.calls()) == 1
