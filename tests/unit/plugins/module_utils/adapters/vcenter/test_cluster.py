# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster is made in a vCenter and hosts are added to it: once, as foretold, and none that has no place there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from counterparts.vcenter import Vcsim
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.cluster import open_vsphere_cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.hosts import open_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    HypervisorError,
    InvalidValue,
    NotFound,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.cluster import (
    ClusterHeld,
    ClusterWanted,
    NewHost,
    thumbprint,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vsphere.cluster import (
    ensure_vsphere_cluster,
)

PRINT, OTHER = (thumbprint(hashlib.sha1(text).hexdigest()) for text in (b"esx07", b"another"))
NEW, SECRET = "esx07.example.net", "a password of ESXi"
HOST = NewHost(NEW, "root", SECRET, PRINT)


@pytest.fixture
def vcenter() -> Iterator[Vcsim]:
    with Vcsim(hosts=1, guests=1, clusters=2, datacenters=2) as running:
        yield running


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Vcsim]:
    """For tests that change nothing in it."""
    with Vcsim(hosts=1, guests=1, datacenters=2) as running:
        yield running


def ensure(vcenter: Vcsim, wanted: ClusterWanted, cluster: str = "DC0/cloud-1", check_mode: bool = False) -> Outcome:
    with closing(open_vsphere_cluster(vcenter.access(), cluster)) as clusters:
        return ensure_vsphere_cluster(clusters, wanted, check_mode)


def held(vcenter: Vcsim, cluster: str) -> ClusterHeld:
    with closing(open_vsphere_cluster(vcenter.access(), cluster)) as clusters:
        return clusters.read()


def written(vcenter: Vcsim) -> list[str]:
    verbs = ("CreateClusterEx", "ReconfigureComputeResource_Task", "AddHost_Task")
    return [each.method for each in vcenter.calls() if each.method in verbs]


def questions(vcenter: Vcsim) -> list[str]:
    return [each.method for each in vcenter.calls() if each.method == "QueryConnectionInfo"]


def refused(vcenter: Vcsim, host: NewHost, cluster: str = "DC0/cloud-1") -> list[str]:
    """Also in check mode, and nothing is written."""
    codes, before = [], written(vcenter)
    for check_mode in (True, False):
        with pytest.raises(Refused) as error:
            ensure(vcenter, ClusterWanted((host,)), cluster, check_mode)
        assert SECRET not in str(error.value)
        codes.append([reason.code for reason in error.value.reasons])
    assert written(vcenter) == before
    assert codes[0] == codes[1]
    return codes[0]


def test_a_cluster_is_made_with_its_hosts_as_foretold_and_once(vcenter: Vcsim) -> None:
    vcenter.stand(NEW, SECRET, PRINT)
    vcenter.stand("esx08.example.net", SECRET, OTHER, trusted="yes")
    wanted = ClusterWanted((HOST, replace(HOST, name="esx08.example.net", thumbprint="")), True, "partiallyAutomated")
    foretold = ensure(vcenter, wanted, check_mode=True)
    assert written(vcenter) == []
    made = ensure(vcenter, wanted)
    assert (foretold.changed, foretold.before, foretold.after) == (made.changed, made.before, made.after)
    assert made.result == foretold.result
    assert made.result == {"cluster": "DC0/cloud-1", "created": True, "hosts": [NEW, "esx08.example.net"]}
    now = held(vcenter, "cloud-1")
    assert (now.path, now.there, now.ha, now.drs) == ("DC0/cloud-1", True, True, "partiallyAutomated")
    assert {name for name, where in now.hosts.items() if where == now.path} == {NEW, "esx08.example.net"}
    # The cluster is one that the checks read, at the place where CloudStack looks for it.
    with closing(open_vsphere(vcenter.access(), "DC0/cloud-1")) as hosts:
        assert [(each.name, each.host.connected) for each in hosts.read().hosts] == [
            (NEW, True),
            ("esx08.example.net", True),
        ]
    before = written(vcenter)
    again = ensure(vcenter, wanted)
    assert (again.changed, again.before, again.after) == (False, {}, {})
    assert written(vcenter) == before


def test_what_is_there_gets_what_is_missing_only(vcenter: Vcsim) -> None:
    vcenter.stand(NEW, SECRET, PRINT)
    made = ensure(vcenter, ClusterWanted((HOST,), drs="disabled"), "DC1/DC1_C0")
    assert made.result == {"cluster": "DC1/DC1_C0", "created": False, "hosts": [NEW]}
    assert written(vcenter) == ["ReconfigureComputeResource_Task", "AddHost_Task"]
    assert held(vcenter, "DC1_C0").drs == "disabled"
    assert not ensure(vcenter, ClusterWanted((replace(HOST, name=NEW.upper()),)), "DC1_C0").changed


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        ({"thumbprint": OTHER}, "thumbprint_differs"),
        ({"password": "another"}, "login_refused"),
        ({"manager": "192.0.2.77"}, "managed_elsewhere"),
        ({"maintenance": "yes"}, "host_in_maintenance"),
        ({"guest": "dc-controller"}, "foreign_vms"),
        ({"name": "esx99.example.net"}, "host_not_reached"),
    ],
)
def test_a_host_that_does_not_fit_is_refused_before_the_cluster_is_made(
    unchanged: Vcsim, standing: dict[str, str], code: str
) -> None:
    name = f"{code}.example.net"
    unchanged.stand(**{"name": name, "password": SECRET, "thumbprint": PRINT, **standing})
    assert refused(unchanged, replace(HOST, name=name)) == [code]
    assert held(unchanged, "DC0/cloud-1").there is False


def test_a_certificate_that_nobody_vouches_for_is_told_with_its_thumbprint(unchanged: Vcsim) -> None:
    unchanged.stand(NEW, SECRET, PRINT)
    with pytest.raises(Refused) as error:
        ensure(unchanged, ClusterWanted((replace(HOST, thumbprint=""),)))
    (reason,) = error.value.reasons
    assert (reason.code, reason.facts["thumbprint"]) == ("thumbprint_differs", PRINT)


def test_a_host_of_another_cluster_is_refused(unchanged: Vcsim) -> None:
    """Without a question to it: its password may be another one."""
    asked = replace(HOST, name=unchanged.world()["hosts"][0]["name"])
    before = len(questions(unchanged))
    assert refused(unchanged, asked) == ["host_elsewhere"]
    assert len(questions(unchanged)) == before


def test_a_host_that_another_vcenter_took_meanwhile_ends_the_task(unchanged: Vcsim) -> None:
    unchanged.stand(NEW, SECRET, PRINT)
    with closing(open_vsphere_cluster(unchanged.access(), "DC0_C0")) as clusters:
        clusters.read()
        clusters.examine(HOST)
        unchanged.stand(NEW, SECRET, PRINT, manager="192.0.2.77")
        with pytest.raises(HypervisorError) as error:
            clusters.add(HOST, 10)
    assert error.value.fault == "vim.fault.AlreadyBeingManaged"


def test_a_place_that_is_none_is_told(unchanged: Vcsim) -> None:
    with pytest.raises(NotFound, match="did you mean DC0 or DC1"):
        ensure(unchanged, ClusterWanted(), "DC7/cloud-1", check_mode=True)
    with pytest.raises(InvalidValue, match="DATACENTER/CLUSTER"):
        ensure(unchanged, ClusterWanted(), "cloud-1", check_mode=True)
    unchanged.plant("DC1", "Name", "DC0")
    with pytest.raises(Ambiguous):
        ensure(unchanged, ClusterWanted(), "DC0/cloud-1", check_mode=True)
    unchanged.uproot()


@given(st.binary(min_size=20, max_size=20), st.booleans(), st.sampled_from((":", "")), st.booleans())
def test_a_thumbprint_is_read_in_every_form(digest: bytes, upper: bool, between: str, labelled: bool) -> None:
    text = digest.hex(between) if between else digest.hex()
    given_ = f"{'sha1 Fingerprint=' if labelled else ''}{text.upper() if upper else text}\n"
    assert thumbprint(given_) == digest.hex(":").upper()


@pytest.mark.parametrize("text", ["", "AA:BB", "zz" * 20, hashlib.sha256(b"").hexdigest()])
def test_what_is_no_thumbprint_is_told(text: str) -> None:
    with pytest.raises(InvalidValue, match="-fingerprint -sha1"):
        thumbprint(text)
