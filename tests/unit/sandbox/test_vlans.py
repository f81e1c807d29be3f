"""Guest VLANs of a physical network: every row of the measured table, and dedicated ranges."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules import vlans
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site


@pytest.fixture(name="site")
def _site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


@pytest.fixture(name="used")
def _used(site: Site) -> int:
    """A VLAN in use; it lies in 100-199, so that text and number order agree with the recorded 175."""
    tag = site.vlan_in_use()
    assert 100 <= tag <= 199
    return tag


def _set(site: Site, text: str) -> tuple[int, str]:
    """Status of the job, and its error text or the ranges held then."""
    state = site.api.job("updatePhysicalNetwork", id=site.physical, vlan=text)
    held = site.api.ok("listPhysicalNetworks", id=site.physical)["physicalnetwork"][0].get("vlan", "")
    return state["jobstatus"], state["jobresult"]["errortext"] if state["jobstatus"] == 2 else held


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("100-200,300-310,500-500", "100-200,300-310,500-500"),
        ("500-500,100-200,300-310", "100-200,300-310,500-500"),
        ("100-150,151-200,300-310,500-500", "100-200,300-310,500-500"),
        ("100-200,150-260", "100-260"),
        ("100-200,0-5", "0-5,100-200"),
        ("100-200,4095-4095", "100-200,4095-4095"),
        ("100-200,4094-4094", "100-200,4094-4094"),
        ("2-4094", "2-4094"),
        ("100-200", "100-200"),
    ],
)
def test_ranges_are_sorted_and_merged(site: Site, used: int, sent: str, held: str) -> None:
    assert _set(site, sent) == (1, held)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("100-200,300-310,500", "example 500-500,600-601"),
        ("4095", "example 500-500,600-601"),
        ("abc", "example 500-500,600-601"),
        ("100-", "example 500-500,600-601"),
        ("100-200, 300", "example 500-500,600-601"),
        ("100-200, 300-300", "example 2001-2012,3000-3005"),
        ("200-100", "start range should be lesser"),
        ("100-4096", "between 0 and 4095"),
        ("300-310", "has allocated vnets in the range 100-200"),
        ("", "has 1 vnets in use"),
    ],
)
def test_refused_ranges_leave_what_was(site: Site, used: int, sent: str, words: str) -> None:
    status, text = _set(site, sent)
    assert (status, words in text) == (2, True), text
    assert site.api.ok("listPhysicalNetworks", id=site.physical)["physicalnetwork"][0]["vlan"] == "100-200"


def test_a_range_is_compared_as_text_with_the_vlans_in_use(site: Site, used: int) -> None:
    assert _set(site, "0-5,100-200")[0] == 1
    status, text = _set(site, "100-200")
    assert (status, "in the range 0-5" in text) == (2, True)


@pytest.mark.parametrize(
    ("first", "last", "tag", "found"),
    [(100, 200, 175, True), (0, 5, 175, True), (2, 99, 175, False), (201, 599, 175, False), (800, 4094, 175, False)],
)
def test_blocked(first: int, last: int, tag: int, found: bool) -> None:
    assert vlans.blocked(first, last, {tag}) is found


def test_without_vlans_in_use_all_can_go(site: Site) -> None:
    assert _set(site, "") == (1, "")


def _dedicate(site: Site, text: str) -> tuple[int, dict[str, Any]]:
    domain = site.api.ok("listDomains")["domain"][0]["id"]
    sent = {"physicalnetworkid": site.physical, "vlanrange": text, "account": "admin", "domainid": domain}
    return site.api.ask("dedicateGuestVlanRange", **sent)


def test_a_dedicated_range_is_lost_silently_but_not_cut(site: Site) -> None:
    assert _set(site, "100-200,600-799")[0] == 1
    status, body = _dedicate(site, "610-620")
    assert (status, body["dedicatedguestvlanrange"]["guestvlanrange"]) == (200, "610-620")
    assert _dedicate(site, "615-625")[0] == 431
    assert _dedicate(site, "900-910")[0] == 431
    assert "is dedicated" in _set(site, "100-200,600-614")[1]
    assert _set(site, "100-200") == (1, "100-200")
    kept = body["dedicatedguestvlanrange"]["id"]
    assert site.api.done("releaseDedicatedGuestVlanRange", id=kept) == {"success": True}
    assert site.api.ok("listDedicatedGuestVlanRanges", physicalnetworkid=site.physical) == {}


def test_every_vlan_is_listed_with_its_network(site: Site, used: int) -> None:
    listed = site.api.ok("listGuestVlans", physicalnetworkid=site.physical, page=1, pagesize=3)
    assert (listed["count"], [v["vlan"] for v in listed["guestvlan"]]) == (101, ["100", "101", "102"])
    taken = site.api.ok("listGuestVlans", physicalnetworkid=site.physical, allocatedonly="true")["guestvlan"]
    assert [(v["vlan"], v["allocationstate"], v["network"][0]["name"]) for v in taken] == [
        (str(used), "Allocated", "n1")
    ]


def test_a_shared_network_brings_its_range_and_takes_it_away(site: Site) -> None:
    """createVlanAndPublicIpRange of NetworkServiceImpl."""
    net = {"gateway": "172.30.6.1", "netmask": "255.255.255.0", "startip": "172.30.6.10", "endip": "172.30.6.20"}
    shared = site.network("s1", "DefaultSharedNetworkOffering", vlan="600", **net)
    (row,) = site.api.ok("listVlanIpRanges", networkid=shared["id"])["vlaniprange"]
    told = {name: row[name] for name in ("vlan", "startip", "endip", "gateway", "forvirtualnetwork")}
    expected = {"vlan": "vlan://600", "startip": "172.30.6.10", "endip": "172.30.6.20", "gateway": "172.30.6.1"}
    assert told == {**expected, "forvirtualnetwork": False}
    site.api.done("deleteNetwork", id=shared["id"])
    assert [row["vlan"] for row in site.api.ok("listVlanIpRanges")["vlaniprange"]] == ["vlan://50"]
