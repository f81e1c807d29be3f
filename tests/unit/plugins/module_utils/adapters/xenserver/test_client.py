# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session with a pool: whom it asks, what it repeats and what not, and what it makes of errors."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterparts.xapi import Fault, Pool, Servers, site

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import SystemClock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    HypervisorError,
    InvalidValue,
    TransportError,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess

MASTER, MEMBER, NOBODY = "127.76.0.1", "127.76.0.2", "127.76.9.9"


@pytest.fixture
def pool() -> Pool:
    return site.build(3, network="127.76.0", transition=0.1)


@pytest.fixture
def servers(pool: Pool) -> Iterator[Servers]:
    with Servers(pool) as running:
        yield running


def client(servers: Servers, *addresses: str, **more: Any) -> Client:
    url = ", ".join(servers.url(each) for each in addresses or (MASTER,))
    how = {"username": "root", "password": servers.pools[0].password, "timeout": 5.0, **more}
    return Client(HypervisorAccess(url, **how), SystemClock())


def names(of: Client) -> set[str]:
    return {record["name_label"] for record in of.records("host").values()}


def test_a_member_says_who_the_master_is(servers: Servers, pool: Pool) -> None:
    assert names(client(servers, MEMBER)) == {"xen0", "xen1", "xen2"}
    assert [(call.host, call.error) for call in pool.calls[:2]] == [("xen1", "HOST_IS_SLAVE"), ("xen0", "")]


@pytest.mark.parametrize("named", ["192.0.2.9/x?", "root:pw@192.0.2.9", "-x", "a b", "", "192.0.2.9\n"])
def test_a_master_that_is_no_address_gets_no_password(servers: Servers, pool: Pool, named: str) -> None:
    """A member that somebody took over names where user and password go next."""
    pool.database.set("host", pool.master, address=named)
    with pytest.raises(HypervisorError, match="which is not an address"):
        names(client(servers, MEMBER))
    assert pool.logins == 0


def test_addresses_are_tried_in_turn(servers: Servers) -> None:
    assert names(client(servers, NOBODY, MEMBER)) == {"xen0", "xen1", "xen2"}


def test_one_session_serves_all_calls_and_is_ended(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    for _time in range(3):
        names(one)
    assert (pool.logins, len(pool.sessions)) == (1, 1)
    one.close()
    one.close()
    assert pool.sessions == {}


def test_a_session_that_has_ended_is_renewed(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    names(one)
    pool.sessions.clear()
    assert names(one)
    assert pool.logins == 2


def test_a_password_that_was_changed_meanwhile_is_tried_once(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    names(one)
    pool.sessions.clear()
    pool.password = "another"
    for _time in range(2):
        with pytest.raises(AccessDenied):
            names(one)
    assert pool.logins == 2


def test_a_new_master_is_found_by_what_was_learned(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    one.know(record["address"] for record in one.records("host").values())
    pool.done("pool.designate_new_master", [pool.host("xen2")])
    pool.gone(pool.host("xen0"), 60)
    time.sleep(pool.transition)
    assert names(one) == {"xen0", "xen1", "xen2"}
    assert pool.calls[-1].host == "xen2"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_question_without_an_answer_is_asked_again_and_a_write_is_not(
    servers: Servers, pool: Pool, after: bool
) -> None:
    one = client(servers)
    pool.faults += [Fault("host.get_all_records", after=after), Fault("host.disable", after=after)]
    assert names(one)
    with pytest.raises(TransportError) as lost:
        one.call("host.disable", pool.host("xen1"))
    assert lost.value.passing
    assert pool.named("host.disable") == ["host.disable"]


def test_a_late_answer_is_an_error_with_its_limit(servers: Servers, pool: Pool) -> None:
    pool.faults.append(Fault("host.disable", delay=0.6))
    with pytest.raises(TransportError, match=r"within 0\.2 s"):
        client(servers, timeout=0.2).call("host.disable", pool.host("xen1"))


def test_refusals_keep_the_code_and_its_details(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    with pytest.raises(HypervisorError) as refused:
        one.call("host.reboot", pool.host("xen1"))
    assert (refused.value.fault, refused.value.details["call"]) == ("HOST_NOT_DISABLED", "host.reboot")
    with pytest.raises(HypervisorError, match="HANDLE_INVALID: host, OpaqueRef:none"):
        one.call("host.reboot", "OpaqueRef:none")


def test_a_right_that_is_missing_is_denied_but_the_session_goes_on(servers: Servers, pool: Pool) -> None:
    pool.faults.append(Fault("host.disable", "RBAC_PERMISSION_DENIED", ("host.disable", "no")))
    one = client(servers)
    with pytest.raises(AccessDenied):
        one.call("host.disable", pool.host("xen1"))
    assert names(one)


def test_an_older_pool_has_no_records_of_a_class_that_it_does_not_know(servers: Servers, pool: Pool) -> None:
    pool.faults.append(Fault("pool_update.get_all_records", "MESSAGE_METHOD_UNKNOWN", ("pool_update.get_all_records",)))
    assert client(servers).records("pool_update") == {}


def test_a_task_is_waited_for_by_events(servers: Servers, pool: Pool) -> None:
    one = client(servers)
    vm = site.add_vm(pool, "i-2-1-VM", "xen0")
    one.task("VM.pool_migrate", vm, pool.host("xen1"), {"live": "true"}, timeout=5.0, what="a move")
    assert pool.database.get("VM", vm)["resident_on"] == pool.host("xen1")
    assert pool.named("task.get_status") == []
    assert pool.database.rows["task"] == {}
    with pytest.raises(HypervisorError) as failed:
        one.task("SR.create", pool.host("xen0"), {}, "0", "n", "", "nfs", "user", True, {}, timeout=5.0, what="an SR")
    assert failed.value.fault == "SR_BACKEND_FAILURE"
    with pytest.raises(HypervisorError) as unknown:
        one.task("SR.polish", timeout=5.0, what="nothing")
    assert unknown.value.fault == "MESSAGE_METHOD_UNKNOWN"


def test_a_task_that_takes_too_long_is_told(servers: Servers, pool: Pool) -> None:
    task = pool.database.add("task", status="pending")
    one = client(servers)
    really = one.call
    one.call = lambda method, *args: task if method.startswith("Async.") else really(method, *args)  # type: ignore[method-assign]
    with pytest.raises(WaitTimeout, match="the move"):
        one.task("VM.pool_migrate", timeout=0.3, what="the move")


def test_json_says_the_same(servers: Servers, pool: Pool) -> None:
    """For other clients of this counterpart: numbers are numbers there."""

    def ask(method: str, *params: Any) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{servers.url(MASTER)}/jsonrpc", body)) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    session = ask("session.login_with_password", "root", pool.password)["result"]
    vlans = ask("VLAN.get_all_records", session)["result"].values()
    assert {vlan["tag"] for vlan in vlans} == {site.VLAN_TAG}
    assert ask("VLAN.create", session, "OpaqueRef:NULL", 5)["error"]["message"] == "MESSAGE_PARAMETER_COUNT_MISMATCH"
    assert ask("host.explode", session)["error"]["message"] == "MESSAGE_METHOD_UNKNOWN"
    assert ask("VLAN.get_all_records", "nobody")["error"]["message"] == "SESSION_INVALID"


@pytest.mark.parametrize("url", ["ftp://xen1", "https://", "https://root:secret@xen1"])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(InvalidValue, match=r"hypervisor\.url"):
        Client(HypervisorAccess(url), SystemClock())


def certificate(folder: Path, names: str) -> tuple[Path, Path]:
    """A CA of its own and a certificate by it."""
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
        f"req -newkey rsa:2048 -nodes -subj /CN=xen -addext subjectAltName={names} -keyout xen.key -out xen.csr",
        "x509 -req -in xen.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out xen.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder / "ca.pem", folder / "xen.pem"


def test_certificates_are_verified(pool: Pool, tmp_path: Path) -> None:
    """By the CA that is named; the name that was given for a host is used where the pool tells its address."""
    authority, its = certificate(tmp_path, f"IP:{MASTER},DNS:localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(its, tmp_path / "xen.key")
    with Servers(pool, context=context) as servers:
        assert names(client(servers, ca_path=str(authority)))
        assert names(client(servers, validate_certs=False))
        before = pool.logins
        for how in ({}, {"ca_path": str(authority), "addresses": MEMBER}):
            addresses = how.pop("addresses", MASTER)
            with pytest.raises(TransportError, match="certificate is not trusted") as error:
                names(client(servers, addresses, **how))
            assert not error.value.passing
        assert pool.logins == before, "a password was sent to a host that is not trusted"
    with pytest.raises(InvalidValue, match="ca_path"):
        client(servers, ca_path=str(tmp_path / "none.pem"))
