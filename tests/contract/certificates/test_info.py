# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_certificate_info: the CA, real TLS ports, what CloudStack says, and what hosts read of themselves."""

from __future__ import annotations

import pytest
from contract.certificates.cloud import ADDRESSES, NET, Lab
from contract.tasks import perform, writes
from counterparts.tls_port import tls_port

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.unseen import OF_FILES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, InvalidValue
from sandbox.world import World

PLACE = {"cluster": "kvm-a"}


def codes(lab: Lab, **asked: object) -> list[tuple[str, str]]:
    found = perform(lab.cloud, "cs_certificate_info", **{**PLACE, **asked}).result["findings"]
    return [(each["code"], each["host"]) for each in found]


def test_all_is_well(lab: Lab) -> None:
    lab.provisioned("kvm1", days=300)
    lab.provisioned("kvm2", days=200)
    seen = perform(lab.cloud, "cs_certificate_info", **PLACE, fail="hurts")
    assert not seen.changed
    rows = [(row["host"], row["place"], row["days_left"]) for row in seen.result["certificates"]]
    assert rows[:2] == [("kvm2", "libvirt_port", 199), ("kvm1", "libvirt_port", 299)]
    assert rows[2][:2] == ("", "authority")
    assert [row["of_authority"] for row in seen.result["certificates"]] == [True, True, True]
    assert seen.result["hosts"] == [{"host": name, "cluster": "kvm-a", "secured": True} for name in ("kvm1", "kvm2")]
    assert seen.result["ca_certificates"].startswith("-----BEGIN CERTIFICATE-----")
    assert seen.result["providers"][0]["name"] == "root"
    assert writes(lab.server) == []


def test_what_expires_is_at_the_top_and_found(lab: Lab) -> None:
    lab.provisioned("kvm1", days=20)
    lab.provisioned("kvm2")
    assert codes(lab, days=10) == [("expired_allowed", "")]
    assert codes(lab, days=30) == [("certificate_expiring", "kvm1"), ("expired_allowed", "")]
    with pytest.raises(HostcraftError) as failed:
        perform(lab.cloud, "cs_certificate_info", **PLACE, fail="hurts")
    assert failed.value.code == "certificates_not_fit"
    assert failed.value.details["summary"] == {"blocks": 0, "hurts": 1, "note": 1}


def test_a_cluster_with_both_kinds_of_hosts(lab: Lab) -> None:
    lab.provisioned("kvm1")
    lab.server.run(lambda world: lab.row(world, "kvm2").details.update(secured="false"))
    assert codes(lab) == [
        ("mixed_security", ""),
        ("not_served", "kvm2"),
        ("host_unsecured", "kvm2"),
        ("expired_allowed", ""),
    ]


def test_a_certificate_of_another_ca(lab: Lab) -> None:
    lab.provisioned("kvm1")
    lab.foreign("kvm2")
    assert ("not_of_authority", "kvm2") in codes(lab)
    # The names of the CAs are the same: only the signature tells.
    assert ("not_of_authority", "kvm1") not in codes(lab)


def test_settings_that_keep_renewal_from_running(lab: Lab) -> None:
    def switch(name: str, value: str) -> None:
        lab.site.api.ok("updateConfiguration", name=name, value=value)
        lab.cloud.settings._answers.clear()

    switch("ca.plugin.root.auth.strictness", "false")
    assert {"renewal_off", "strictness_off"} <= {code for code, _host in codes(lab, probe=False)}
    switch("ca.plugin.root.auth.strictness", "true")
    switch("ca.framework.cert.automatic.renewal", "false")
    switch("ca.plugin.root.allow.expired.cert", "false")
    assert [code for code, _host in codes(lab, probe=False)] == ["renewal_off"]


def test_a_zone_has_its_management_servers_and_system_vms_too(lab: Lab) -> None:
    def place(world: World) -> str:
        issued = world.authority.issue(["ms1"], [f"{NET}.9"], 90)
        return issued.certificate + issued.key

    both = lab.server.run(place)
    lab.site.api.ok("updateConfiguration", name="host", value=f"{NET}.9, {NET}.10")
    certificate, _begin, key = both.partition("-----BEGIN PRIVATE KEY-----")
    with tls_port(certificate, _begin + key, f"{NET}.9", 8250):
        seen = perform(lab.cloud, "cs_certificate_info")
    servers = [row for row in seen.result["certificates"] if row["place"] == "management_server"]
    assert [(row["where"], row["days_left"], row["of_authority"]) for row in servers] == [
        (f"{NET}.10:8250", None, None),
        (f"{NET}.9:8250", 89, True),
    ]


def test_what_hosts_read_is_judged_with_what_ports_show(lab: Lab) -> None:
    lab.provisioned("kvm1")
    lab.provisioned("kvm2")
    (first,) = [row for row in _rows(lab) if row["host"] == "kvm1"]
    mine = {**first, "place": "libvirt", "where": "/etc/pki/libvirt/servercert.pem", "key_fits": False}
    found = codes(lab, read=[{"certificates": [mine]}])
    assert ("key_differs", "kvm1") in found
    assert ("served_differs", "kvm1") not in found
    lab.provisioned("kvm1")
    assert ("served_differs", "kvm1") in codes(lab, read=[{"certificates": [mine]}])


@pytest.mark.parametrize("name", ["kvm1.example.net", ADDRESSES["kvm1"], "KVM1"], ids=["name", "address", "case"])
def test_a_host_has_one_name_however_it_called_itself(lab: Lab, name: str) -> None:
    lab.provisioned("kvm1")
    lab.provisioned("kvm2")
    (first,) = [row for row in _rows(lab) if row["host"] == "kvm1"]
    lab.provisioned("kvm1")
    mine = {**first, "host": name, "place": "libvirt", "where": "/etc/pki/libvirt/servercert.pem"}
    found = codes(lab, read=[{"certificates": [mine]}])
    assert [each for each in found if each[0] == "served_differs"] == [("served_differs", "kvm1")]


def test_checks_that_could_not_be_made(lab: Lab) -> None:
    lab.provisioned("kvm1")
    lab.provisioned("kvm2")
    (first,) = [row for row in _rows(lab) if row["host"] == "kvm1"]
    read = [{"certificates": [{**first, "place": "libvirt"}]}]
    assert unseen(lab, read=read) == {(code, "the files of kvm2") for code in OF_FILES}
    lab.server.run(lambda world: lab.row(world, "kvm2").details.pop("secured"))
    found = unseen(lab, read=read, probe=False, ignore=list(OF_FILES))
    assert found == {
        ("not_served", "the TLS ports of kvm1, kvm2"),
        ("host_unsecured", "the data in CloudStack about kvm2"),
    }


def unseen(lab: Lab, **asked: object) -> set[tuple[str, str]]:
    found = perform(lab.cloud, "cs_certificate_info", **{**PLACE, **asked}).result["unseen"]
    return {(each["code"], each["missing"]) for each in found}


def _rows(lab: Lab) -> list[dict[str, object]]:
    found: list[dict[str, object]] = perform(lab.cloud, "cs_certificate_info", **PLACE).result["certificates"]  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("asked", [{"days": -1}, {"ignore": ["no_such_code"]}, {"read": [{"certificates": "x"}]}])
def test_what_cannot_be_asked(lab: Lab, asked: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        perform(lab.cloud, "cs_certificate_info", **PLACE, probe=False, **asked)
