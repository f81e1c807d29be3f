# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapters of controllers on simulators that others made: what each tells, does, and refuses."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from counterparts.ipmi import SUITE, Chassis, Ipmi, User
from counterparts.redfish import RedfishBmc

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.bmc.gateway import open_bmc
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.controller import (
    Access,
    Controller,
    Failure,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    HypervisorError,
    InvalidValue,
    TransportError,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.bmc import Bmc
from sandbox.fixture import sandbox
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

__all__ = ["sandbox"]

USERS = (User(), User("op", "operators", "operator"), User("look", "lookers", "user"))
REDFISH = "127.0.0.7"


@pytest.fixture(scope="module")
def ipmi() -> Iterator[Ipmi]:
    with Ipmi(users=USERS) as controller:
        yield controller


@pytest.fixture(scope="module")
def redfish() -> Iterator[RedfishBmc]:
    with RedfishBmc(REDFISH) as controller:
        yield controller


@contextlib.contextmanager
def opened(controller: Ipmi | RedfishBmc, **changes: Any) -> Iterator[Bmc]:
    its: dict[str, Any] = {"username": "admin", "password": "secret", "timeout": 5.0}
    if isinstance(controller, RedfishBmc):
        its["ca_path"] = str(controller.ca)
    protocol = "ipmi" if isinstance(controller, Ipmi) else "redfish"
    access = Access(protocol, **{"address": controller.address, "port": controller.port, **its, **changes})
    with contextlib.closing(open_bmc(access)) as bmc:
        yield bmc


def settles(bmc: Bmc, wanted: str) -> None:
    deadline = time.monotonic() + 15
    while bmc.power() != wanted:
        assert time.monotonic() < deadline, f"it never was {wanted}"
        time.sleep(0.1)


def test_ipmi_is_looked_at(ipmi: Ipmi) -> None:
    with opened(ipmi) as bmc:
        seen = bmc.look()
    assert isinstance(seen, Controller)
    assert (seen.power, seen.privilege) == ("On", "administrator")
    assert {account.name: account.privilege for account in seen.accounts} == {
        "admin": "administrator",
        "op": "operator",
        "look": "user",
    }
    assert seen.cipher_suites is not None
    assert 3 in seen.cipher_suites


@pytest.mark.parametrize(("name", "password", "level"), [("op", "operators", "operator"), ("look", "lookers", "user")])
def test_what_a_user_may_do_is_seen(ipmi: Ipmi, name: str, password: str, level: str) -> None:
    with opened(ipmi, username=name, password=password) as bmc:
        seen = bmc.look()
    assert isinstance(seen, Controller)
    assert seen.privilege == level


@pytest.mark.parametrize("login", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_refused_login_is_never_sent_again(ipmi: Ipmi, login: dict[str, str]) -> None:
    log = ipmi.home / "log"
    with opened(ipmi, **login) as bmc:
        assert isinstance(failure := bmc.look(), Failure)
        assert failure.reason == "password"
        size = log.stat().st_size
        began = time.monotonic()
        with pytest.raises(AccessDenied):
            bmc.power()
        with pytest.raises(AccessDenied):
            bmc.act("OFF")
        assert time.monotonic() - began < 0.2  # nothing went over the wire: no answer was waited for
        assert log.stat().st_size == size


def test_ipmi_switches(ipmi: Ipmi) -> None:
    with opened(ipmi) as bmc:
        for word, power in (("OFF", "Off"), ("ON", "On"), ("SOFT", "Off"), ("ON", "On")):
            bmc.act(word)
            settles(bmc, power)
        bmc.act("RESET")
        bmc.act("CYCLE")
    assert "reset=1" in ipmi.chassis.calls


def test_a_password_is_changed_on_the_controller() -> None:
    with Ipmi() as controller:
        with opened(controller) as bmc:
            bmc.set_password("admin", "another1")
            with pytest.raises(HypervisorError, match="no user nobody"):
                bmc.set_password("nobody", "another1")
        with opened(controller) as bmc:
            assert isinstance(old := bmc.look(), Failure)
            assert old.reason == "password"
        with opened(controller, password="another1") as bmc:
            assert bmc.power() == "On"


def test_a_dead_controller_is_silent() -> None:
    with Ipmi() as controller:
        controller.stop()
        with opened(controller) as bmc:
            assert isinstance(seen := bmc.look(), Failure)
            assert seen.reason == "silent"
            with pytest.raises(TransportError):
                bmc.power()


@pytest.mark.parametrize("address", ["a b", "-x", "bmc/../x", "user@bmc", "bmc?x=1", "[::1]"])
def test_what_is_no_address_is_not_asked(address: str) -> None:
    for protocol in ("ipmi", "redfish"):
        with pytest.raises(InvalidValue):
            open_bmc(Access(protocol, address, 623, "admin", "secret"))


def test_redfish_is_looked_at_and_switched(redfish: RedfishBmc) -> None:
    with opened(redfish) as bmc:
        seen = bmc.look()
        assert isinstance(seen, Controller)
        assert seen.reset_types is not None
        assert {"On", "ForceOff", "GracefulShutdown", "ForceRestart"} <= seen.reset_types
        bmc.act("ON")
        settles(bmc, "On")
        bmc.act("OFF")
        settles(bmc, "Off")
        with pytest.raises(HypervisorError, match="reset type PowerCycle is not supported"):
            bmc.act("CYCLE")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "wrong"}, "password"),
        ({"ca_path": None}, "certificate"),
        ({"port": 444}, "refused"),
        ({"verify": False, "ca_path": None}, ""),
    ],
)
def test_why_redfish_does_not_answer(redfish: RedfishBmc, changes: dict[str, Any], reason: str) -> None:
    with opened(redfish, **changes) as bmc:
        seen = bmc.look()
    assert (seen.reason if isinstance(seen, Failure) else "") == reason


def test_the_embedded_server_drives_them_by_its_own_tools(sandbox: Sandbox, redfish: RedfishBmc) -> None:
    """ipmitool and HTTPS, as a real server does: T5 played against real controllers."""
    site = Site(Api(sandbox))
    sandbox.run(lambda world: setattr(world, "ipmitool", SUITE))
    with Ipmi(chassis=Chassis()) as controller:
        sent = {"hostid": site.host, "driver": "ipmitool", "username": "admin", "password": "secret"}
        place = {"address": controller.address, "port": str(controller.port)}
        site.api.ok("configureOutOfBandManagement", **sent, **place)
        site.api.done("enableOutOfBandManagementForHost", hostid=site.host)
        powers = []
        for action in ("STATUS", "OFF", "STATUS", "ON", "STATUS"):
            answer = site.api.done("issueOutOfBandManagementPowerAction", hostid=site.host, action=action)
            powers.append(answer["outofbandmanagement"]["powerstate"])
            time.sleep(0.2)
        assert powers == ["On", "On", "Off", "Off", "On"]
        site.api.done("changeOutOfBandManagementPassword", hostid=site.host, password="newsecret")
        with opened(controller, password="newsecret") as bmc:
            assert bmc.power() == "On"
        site.api.ok("configureOutOfBandManagement", **{**sent, "password": "wrong"}, **place)
        failed = site.api.job("issueOutOfBandManagementPowerAction", hostid=site.host, action="STATUS")
        assert "due to authentication error" in failed["jobresult"]["errortext"]
    site.api.ok("configureOutOfBandManagement", **{**sent, "driver": "redfish"}, address=REDFISH, port="8443")
    refused = site.api.job("issueOutOfBandManagementPowerAction", hostid=site.host, action="STATUS")
    assert "Failed to execute HTTP GET" in refused["jobresult"]["errortext"]  # its certificate is nobody's

    site.api.ok("updateConfiguration", name="redfish.ignore.ssl", value="true")
    seen = site.api.done("issueOutOfBandManagementPowerAction", hostid=site.host, action="STATUS")
    assert seen["outofbandmanagement"]["description"].startswith("Chassis Power is")
