# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_certificate: renewed by need, one host after the other, proved on real TLS ports; issued; revoked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.certificates.cloud import ADDRESSES, Lab
from contract.certificates.cloud import lab as lab_of
from contract.conftest import Connect
from contract.tasks import Wrong, perform, twice, writes
from counterparts.pki import make, new_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.x509 import Cryptography
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    HostcraftError,
    InvalidValue,
    NotAsRead,
    Refused,
    Unsupported,
    WaitTimeout,
)
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.security import Issued

PLACE = {"cluster": "kvm-a"}
PROVISION = "provisionCertificate"
READER = Cryptography()


def sent(lab: Lab) -> list[str]:
    names = {id: name for name, id in lab.hosts.items()}
    return [names[call["hostid"]] for call in lab.calls(PROVISION)]


def reasons(lab: Lab, **asked: object) -> list[tuple[object, object]]:
    found = perform(lab.cloud, "cs_certificate", check_mode=True, **{**PLACE, **asked}).result["hosts"]
    return [(each["host"], each["reason"]) for each in found]  # type: ignore[attr-defined]


def test_what_expires_is_renewed_once(lab: Lab) -> None:
    lab.provisioned("kvm1", days=20)
    lab.provisioned("kvm2", days=300)
    (row,) = perform(lab.cloud, "cs_certificate", True, **PLACE, days=30).result["hosts"]  # type: ignore[misc]
    assert (row["after"], row["seconds"]) == (None, None)
    begun = lab.clock.now()
    done = twice(lab.cloud, "cs_certificate", **PLACE, days=30)
    (row,) = done.result["hosts"]  # type: ignore[misc]
    assert 0 <= row["seconds"] <= round(lab.clock.now() - begun, 1)  # the row gives tenths of a second
    assert (row["host"], row["reason"], done.result["kept"]) == ("kvm1", "expiring", ["kvm2"])
    assert row["after"]["serial"] != row["before"]["serial"]
    assert row["after"]["not_after"] > row["before"]["not_after"] + 300 * 86400
    assert sent(lab) == ["kvm1"]
    assert not perform(lab.cloud, "cs_certificate", **PLACE, days=30).changed


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("expired", "expired"),
        ("foreign", "not_of_authority"),
        ("replaced", "not_of_authority"),
        ("unsecured", "unsecured"),
        ("silent", "unseen"),
    ],
)
def test_each_reason_is_told(lab: Lab, fault: str, reason: str) -> None:
    lab.provisioned("kvm2")
    lab.provisioned("kvm1", days=-1 if fault == "expired" else 365)
    if fault == "foreign":
        lab.foreign("kvm1")
    elif fault == "replaced":
        lab.server.run(lambda world: world.authority.replace())
        lab.provisioned("kvm2")
    elif fault == "unsecured":
        lab.server.run(lambda world: lab.row(world, "kvm1").details.update(secured="false"))
    elif fault == "silent":
        lab.closes("kvm1")
    assert reasons(lab) == [("kvm1", reason)]
    done = perform(lab.cloud, "cs_certificate", **PLACE)
    assert done.changed
    assert reasons(lab) == []


def test_all_are_renewed_and_an_interrupted_run_goes_on(lab: Lab) -> None:
    for name in ADDRESSES:
        lab.provisioned(name, days=300)
    # What the server issues begins 12 hours before.
    start = lab.clock.wall() - 14 * 3600
    assert reasons(lab, issued_since=start) == []
    assert reasons(lab, issued_since=start + 86400) == [("kvm1", "older"), ("kvm2", "older")]
    lab.server.run(lambda world: world.authority.refused.update(kvm2="agent says no"))
    with pytest.raises(ApiError, match="agent says no") as failed:
        perform(lab.cloud, "cs_certificate", **PLACE, state="provisioned")
    assert (failed.value.details["done"], failed.value.details["left"]) == (["kvm1"], ["kvm2"])


def test_the_first_host_that_fails_ends_it(lab: Lab) -> None:
    lab.server.run(lambda world: world.authority.refused.update(kvm1="agent says no"))
    with pytest.raises(ApiError) as failed:
        perform(lab.cloud, "cs_certificate", **PLACE, state="provisioned")
    assert (failed.value.details["done"], failed.value.details["left"]) == ([], ["kvm1", "kvm2"])
    assert sent(lab) == ["kvm1"]


def test_a_host_that_goes_on_showing_the_old_one_is_an_error(lab: Lab) -> None:
    """libvirtd was not restarted, for example."""
    lab.provisioned("kvm1", days=5)
    lab.provisioned("kvm2")
    lab.server.run(lambda world: setattr(world.authority, "deploy", lambda name, issued: None))
    with pytest.raises(WaitTimeout, match="kvm1 to be Up and show a new certificate"):
        perform(lab.cloud, "cs_certificate", **PLACE, timeout=60)
    assert sent(lab) == ["kvm1"]


def test_a_new_certificate_that_is_short_too_is_an_error(lab: Lab) -> None:
    lab.provisioned("kvm1", days=5)
    lab.site.api.ok("updateConfiguration", name="ca.framework.cert.validity.period", value="10")
    with pytest.raises(HostcraftError, match="validity") as failed:
        perform(lab.cloud, "cs_certificate", host="kvm1")
    assert failed.value.code == "not_provisioned"


def test_vms_have_to_run_there_still(lab: Lab) -> None:
    vm = lab.site.deploy(str(lab.site.network()["id"]))

    def run_on(name: str | None) -> str:
        def place(world: World) -> str:
            row = world.vms.by_uuid(vm)
            assert row is not None
            world.vms.update(row, host_id=lab.row(world, name).id if name else None)
            return str(row.name)

        return lab.server.run(place)

    name = run_on("kvm1")
    lab.provisioned("kvm1", days=5)
    done = perform(lab.cloud, "cs_certificate", host="kvm1")
    assert [row["vms"] for row in done.result["hosts"]] == [[name]]  # type: ignore[attr-defined]

    def stop_it(host: str, issued: Issued) -> None:
        lab.serves(host, issued.certificate, issued.key)
        world = lab.server.world
        row = world.vms.by_uuid(vm)
        assert row is not None
        world.vms.update(row, state="Stopped", host_id=None)

    lab.server.run(lambda world: setattr(world.authority, "deploy", stop_it))
    with pytest.raises(HostcraftError, match=name) as failed:
        perform(lab.cloud, "cs_certificate", host="kvm1", state="provisioned")
    assert failed.value.code == "not_provisioned"


def test_a_host_without_its_agent_is_refused_before_anything(lab: Lab) -> None:
    lab.server.run(lambda world: setattr(lab.row(world, "kvm2"), "state", "Down"))
    lab.cloud.hosts.forget()
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_certificate", **PLACE, state="provisioned")
    assert [(each.code, each.facts["host"]) for each in refused.value.reasons] == [("host_away", "kvm2")]
    assert writes(lab.server) == []


def test_forced_needs_a_server_that_knows_it(lab: Lab) -> None:
    with pytest.raises(Unsupported, match="forced"):
        perform(lab.cloud, "cs_certificate", **PLACE, state="provisioned", forced=True)
    assert writes(lab.server) == []


@pytest.fixture
def newer(connect: Connect) -> Iterator[Lab]:
    with Sandbox(seed=1, version="4.23") as server:
        yield from lab_of(server, connect)


def test_forced_reaches_a_host_whose_agent_is_away(newer: Lab) -> None:
    lab = newer
    lab.server.run(lambda world: setattr(lab.row(world, "kvm1"), "state", "Down"))
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_certificate", host="kvm1")
    assert [reason.code for reason in refused.value.reasons] == ["host_away"]
    assert perform(lab.cloud, "cs_certificate", host="kvm1", forced=True).changed
    assert [call["forced"] for call in lab.calls(PROVISION)] == ["true"]


def test_what_is_not_seen_is_said_not_to_be_proved(lab: Lab) -> None:
    done = perform(lab.cloud, "cs_certificate", host="kvm1", state="provisioned", probe=False)
    assert [row["after"] for row in done.result["hosts"]] == [None]  # type: ignore[attr-defined]
    assert any("was not verified" in warning for warning in done.warnings)


def test_a_lost_answer_is_no_failure(lab: Lab) -> None:
    lab.provisioned("kvm1", days=5)
    lab.server.faults.add(PROVISION, "drop_after", nth=1)
    assert perform(lab.cloud, "cs_certificate", host="kvm1").changed
    assert sent(lab) == ["kvm1"]


def csr(name: str = "kvm9") -> tuple[str, str]:
    """A request and its key."""
    key = new_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return request.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def test_a_request_is_answered_once(lab: Lab) -> None:
    request, private = csr()
    foretold = perform(lab.cloud, "cs_certificate", check_mode=True, state="issued", csr=request)
    assert (foretold.changed, writes(lab.server)) == (True, [])
    asked = {"state": "issued", "csr": request, "dns_names": ["kvm9"], "addresses": ["192.0.2.9"], "duration": 90}
    done = perform(lab.cloud, "cs_certificate", **asked)
    made = READER.certificates(str(done.result["certificate"]), "x")[0]
    authority = READER.certificates(str(done.result["ca_certificates"]), "x")[0]
    assert READER.issued(made, authority)
    assert READER.key(private, "x").fits(made)
    assert made.covers("192.0.2.9")
    assert [private in str(call) for call in lab.calls("issueCertificate")] == [False]
    again = perform(lab.cloud, "cs_certificate", **asked, certificate=made.pem)
    assert (again.changed, again.result["serial"]) == (False, made.serial)
    # Of another key, with too few days, of another CA, and none at all: issued anew.
    other = make("x", ca=True).issue("kvm9", "kvm9", "192.0.2.9").pem
    for held, more in ((made.pem, {"csr": csr()[0]}), (made.pem, {"days": 100}), (other, {}), ("junk", {})):
        assert perform(lab.cloud, "cs_certificate", **{**asked, **more}, certificate=held, check_mode=True).changed


def test_a_certificate_that_has_ended_when_it_is_issued_is_an_error(lab: Lab) -> None:
    """What a server does whose validity period is -1 (T4:93, T5:49)."""
    lab.site.api.ok("updateConfiguration", name="ca.framework.cert.validity.period", value="-1")
    with pytest.raises(NotAsRead, match="days_left"):
        perform(lab.cloud, "cs_certificate", state="issued", csr=csr()[0])


def test_a_request_that_is_none_is_not_sent(lab: Lab) -> None:
    for request in ("junk", csr()[1]):
        with pytest.raises(HostcraftError) as failed:
            perform(lab.cloud, "cs_certificate", state="issued", csr=request)
        assert failed.value.code == "certificate_unreadable"
        assert "PRIVATE" not in failed.value.message
    with pytest.raises(Wrong, match="csr"):
        perform(lab.cloud, "cs_certificate", state="issued")
    assert writes(lab.server) == []


@pytest.mark.parametrize("serial", ["E2:F7:B0", "0xe2f7b0", "00e2f7b0", " e2f7b0 "])
def test_a_serial_number_is_taken_as_tools_write_it(lab: Lab, serial: str) -> None:
    assert perform(lab.cloud, "cs_certificate", state="revoked", serial=serial).changed
    assert [call["serial"] for call in lab.calls("revokeCertificate")] == ["e2f7b0"]
    assert lab.server.run(lambda world: world.authority.revoked) == {0xE2F7B0}


@pytest.mark.parametrize("serial", ["zz", "", "0x", "-1", "e2 f7; rm", "f" * 41])
def test_a_serial_number_that_is_none_is_not_sent(lab: Lab, serial: str) -> None:
    with pytest.raises((InvalidValue, Wrong)):
        perform(lab.cloud, "cs_certificate", state="revoked", serial=serial)
    assert writes(lab.server) == []
