# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_console_certificate: sorted, proved, uploaded once, served by every system VM."""

from __future__ import annotations

from typing import Any

import pytest
from contract.certificates.consoles import MODULE, SETTINGS, SUFFIX, Consoles
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    HostcraftError,
    InvalidValue,
    Refused,
)
from sandbox.world import World


def test_a_renewed_certificate_is_uploaded_and_served(consoles: Consoles) -> None:
    consoles.turn_on()
    done = twice(consoles.cloud, MODULE, **consoles.arguments())
    assert consoles.uploads() == ["root", "intermediate1", "intermediate2", ""]
    assert consoles.rows() == {
        "root": (1, SUFFIX, False),
        "intermediate1": (2, SUFFIX, False),
        "intermediate2": (3, SUFFIX, False),
        "CPVMCertificate": (0, SUFFIX, True),
    }
    assert (done.result["uploaded"], done.result["proved"], done.result["restart_required"]) == (True, True, [])
    assert [(vm["kind"], vm["served"]) for vm in done.result["system_vms"]] == [
        ("consoleproxy", True),
        ("secondarystoragevm", True),
    ]
    # The server restarted the secondary storage VM by itself.
    assert [name[0] for name in done.result["restarted"]] == ["v"]
    assert consoles.server.calls.counts["rebootSystemVm"] == 1


def test_what_is_sent_is_what_was_given(consoles: Consoles) -> None:
    """Each '+' arrives as one."""
    consoles.turn_on()
    consoles.ensure()
    sent = [call.params["certificate"] for call in consoles.server.calls.of("uploadCustomCertificate")]
    chain = consoles.chain
    assert sent == [each.pem.strip() for each in (chain.root, chain.upper, chain.middle, chain.leaf)]
    assert "+" in "".join(sent)
    assert all(call.method == "POST" for call in consoles.server.calls.of("uploadCustomCertificate"))


def test_the_key_is_in_no_result(consoles: Consoles) -> None:
    consoles.turn_on()
    done = consoles.ensure()
    key = consoles.chain.leaf.key_pem()
    assert done.secrets == (key,)
    shown = f"{done.before} {done.after} {done.result} {done.warnings}"
    assert not any(line in shown for line in key.splitlines()[1:-1])
    assert done.before.keys() == done.after.keys()
    assert {"subject", "serial", "days_left"} <= set(next(iter(done.after.values())))  # type: ignore[call-overload]


def test_nothing_is_written_when_it_is_served_already(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.ensure()
    consoles.server.calls.clear()
    again = consoles.ensure(consent=False)
    assert (again.changed, again.result["proved"], writes(consoles.server)) == (False, True, [])


def test_check_mode_writes_nothing(consoles: Consoles) -> None:
    consoles.turn_on()
    assert consoles.ensure(check_mode=True).changed
    assert writes(consoles.server) == []


@pytest.mark.parametrize("form", ["TraditionalOpenSSL", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", "pässword 1"])
def test_a_key_in_any_form_is_sent_as_pkcs8(consoles: Consoles, form: str, passphrase: str) -> None:
    consoles.turn_on()
    key = consoles.chain.leaf.key_pem(form, passphrase)
    given = {"private_key": key, "private_key_passphrase": passphrase or None}
    assert consoles.ensure(**given).result["proved"] is True
    sent = consoles.server.calls.of("uploadCustomCertificate")[-1].params["privatekey"]
    assert sent == consoles.chain.leaf.key_pem()


@pytest.mark.parametrize(
    "changes",
    [
        {"order": "intermediates"},
        {"order": "one text"},
        {"order": "everything in one text with words and CRLF"},
        {"order": "given twice"},
    ],
    ids=lambda changes: str(changes["order"]),
)
def test_any_order_is_sorted(consoles: Consoles, changes: dict[str, str]) -> None:
    consoles.turn_on()
    chain = consoles.chain
    ways: dict[str, dict[str, Any]] = {
        "intermediates": {"intermediates": [chain.middle.pem, chain.upper.pem]},
        "one text": {"intermediates": [chain.root.pem + chain.middle.pem + chain.upper.pem], "root": None},
        "everything in one text with words and CRLF": {
            "certificate": "\ufeffsubject=CN\r\n"
            + (chain.middle.pem + chain.leaf.pem + "Bag Attributes\n" + chain.root.pem + chain.upper.pem).replace(
                "\n", "\r\n"
            ),
            "intermediates": [],
            "root": None,
        },
        "given twice": {"intermediates": [chain.upper.pem, chain.middle.pem, chain.root.pem, chain.upper.pem]},
    }
    done = consoles.ensure(**ways[changes["order"]])
    assert [each["name"] for each in done.result["chain"]] == ["root", "intermediate1", "intermediate2"]
    assert done.result["proved"] is True


def test_without_consent_nothing_ends(consoles: Consoles) -> None:
    consoles.turn_on()
    with pytest.raises(Refused) as refused:
        consoles.ensure(consent=False)
    assert [each.code for each in refused.value.reasons] == ["consent_needed"]
    assert writes(consoles.server) == []


def test_the_first_certificate_needs_a_restart_of_the_servers(consoles: Consoles) -> None:
    first = consoles.ensure()
    held = consoles.server.run(lambda world: {name: world.settings.value(name) for name in SETTINGS})
    assert held == SETTINGS
    assert (first.changed, first.result["proved"]) == (True, False)
    assert set(first.result["restart_required"]) == set(SETTINGS)
    assert any("restart every management server" in warning for warning in first.warnings)
    assert consoles.server.calls.counts["rebootSystemVm"] == 0
    consoles.restart_server()
    second = consoles.ensure()
    assert (second.changed, second.result["proved"], second.result["restart_required"]) == (True, True, [])
    assert not consoles.ensure().changed


def test_without_the_restart_the_error_tells_what_is_missing(consoles: Consoles) -> None:
    consoles.ensure()
    with pytest.raises(HostcraftError) as failed:
        consoles.ensure()
    assert failed.value.code == "console_not_proved"
    codes = {each["code"] for each in failed.value.details["findings"]}  # type: ignore[attr-defined]
    assert codes == {"served_none"}
    assert "restart the management servers" in failed.value.message
    assert "Unable to build keystore for CPVMCertificate" in failed.value.message


def test_proxies_that_the_server_restarts_itself_are_left_to_it(consoles: Consoles) -> None:
    consoles.turn_on()

    def resets(world: World) -> None:
        world.resets_consoles = True
        world.durations["console reset"] = 1.0

    consoles.server.run(resets)
    done = consoles.ensure(timeout=900.0)
    assert (done.result["proved"], done.result["restarted"]) == (True, [])
    assert consoles.server.calls.counts["rebootSystemVm"] == 0


def test_a_destroyed_proxy_comes_back_with_the_certificate(consoles: Consoles) -> None:
    consoles.turn_on()
    before = {vm["name"] for vm in consoles.site.api.ok("listSystemVms")["systemvm"]}
    done = consoles.ensure(restart="destroy", timeout=600.0)
    after = {vm["name"] for vm in done.result["system_vms"]}
    assert (done.result["proved"], len(before - after), len(after - before)) == (True, 1, 1)
    assert not consoles.ensure().changed


def test_storage_is_left_alone_where_nothing_is_said_of_it(consoles: Consoles) -> None:
    def proxy_alone(world: World) -> None:
        for name in ("consoleproxy.sslEnabled", "consoleproxy.url.domain"):
            world.settings[name.lower()].value = SETTINGS[name]
        world.settings.start()

    consoles.server.run(proxy_alone)
    done = twice(consoles.cloud, MODULE, **consoles.arguments(storage_domain=None))
    assert [vm["kind"] for vm in done.result["system_vms"]] == ["consoleproxy"]
    assert consoles.server.calls.counts["updateConfiguration"] == 0


def test_a_chain_under_other_names_leaves_the_old_one_behind_and_says_so_where_it_is_seen(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.ensure(names=["root1", "intermed1", "intermed2"])
    assert set(consoles.rows()) == {"root1", "intermed1", "intermed2", "CPVMCertificate"}
    renewed = consoles.chain.server()
    consoles.ensure(leaf=renewed, names=["root1", "intermed1", "intermed2"])
    assert len(consoles.rows()) == 4


@pytest.mark.parametrize("names", [["a"], ["a", "a", "b"], ["a", "b", "x" * 65]])
def test_names_of_the_keystore_are_different_and_enough(consoles: Consoles, names: list[str]) -> None:
    consoles.turn_on()
    with pytest.raises(InvalidValue, match="names"):
        consoles.ensure(names=names)
    assert writes(consoles.server) == []


def test_an_answer_that_is_lost_is_no_failure(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.server.faults.add("uploadCustomCertificate", "drop_after", nth=2)
    consoles.server.faults.add("uploadCustomCertificate", "restart", nth=5)
    done = consoles.ensure()
    assert (done.result["proved"], len(consoles.rows())) == (True, 4)


def test_killed_between_two_uploads_it_ends_the_same(consoles: Consoles) -> None:
    consoles.turn_on()
    for step in range(1, 5):
        consoles.server.faults.clear()
        consoles.server.faults.add("uploadCustomCertificate", "job_failed", nth=step)
        with pytest.raises(ApiError):
            consoles.ensure()
    consoles.server.faults.clear()
    assert consoles.ensure().result["proved"] is True
    assert len(consoles.rows()) == 4


def test_a_system_vm_that_does_not_take_it_is_named(consoles: Consoles) -> None:
    consoles.turn_on()
    consoles.ensure()
    renewed = consoles.chain.server()
    consoles.server.faults.add("rebootSystemVm", "job_failed", times=1000)
    with pytest.raises(HostcraftError) as failed:
        consoles.ensure(leaf=renewed)
    findings: Any = failed.value.details["findings"]
    assert [(each["code"], each["host"][0]) for each in findings] == [("served_other", "v")]


def test_a_key_is_never_sent_in_a_url(consoles: Consoles, connect: Any) -> None:
    consoles.turn_on()
    cloud = type(consoles.cloud)(connect(consoles.server, clock=consoles.clock, method="get"))
    with pytest.raises(InvalidValue, match="api_http_method"):
        perform(cloud, MODULE, **consoles.arguments())
    assert all("privatekey" not in call.params for call in consoles.server.calls)


def test_one_name_for_all_proxies(consoles: Consoles) -> None:
    consoles.turn_on()
    one = consoles.chain.server(SUFFIX)
    given = {"console_domain": SUFFIX, "storage_domain": SUFFIX}
    first = consoles.ensure(leaf=one, **given)
    assert set(first.result["restart_required"]) == {"consoleproxy.url.domain", "secstorage.ssl.cert.domain"}
    second = consoles.ensure(leaf=one, **given)
    assert {vm["host_name"] for vm in second.result["system_vms"]} == {SUFFIX}
    assert second.result["proved"] is True


def test_exact_names_are_accepted_and_warned_of(consoles: Consoles) -> None:
    consoles.turn_on()
    vms = consoles.site.api.ok("listSystemVms")["systemvm"]
    names = [f"{vm['publicip'].replace('.', '-')}.{SUFFIX}" for vm in vms]
    done = consoles.ensure(leaf=consoles.chain.server(*names))
    assert [each["code"] for each in done.result["findings"]] == ["names_fixed"]


def test_without_a_running_proxy_nothing_could_be_proved(consoles: Consoles) -> None:
    consoles.turn_on()
    proxy = consoles.site.api.ok("listSystemVms", systemvmtype="consoleproxy")["systemvm"][0]["id"]
    consoles.site.api.done("stopSystemVm", id=proxy)
    consoles.server.calls.clear()
    with pytest.raises(Refused) as refused:
        consoles.ensure()
    assert [each.code for each in refused.value.reasons] == ["system_vms_missing"]
    assert writes(consoles.server) == []
