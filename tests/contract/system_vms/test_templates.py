# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_system_vm_template and its info against the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contract.system_vms.zone import PROXY, STORAGE, Zone
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    NotFound,
    Refused,
    WaitTimeout,
)
from sandbox.world import World

MODULE = "cs_system_vm_template"
URL = "http://192.0.2.30/systemvm.qcow2"
NEW: dict[str, Any] = {"hypervisor": "KVM", "version": "4.22.0", "url": URL}
NAME = "systemvm-kvm-4.22.0"


@pytest.fixture
def kvm(zone: Zone) -> Zone:
    """A KVM cluster too, and system VMs that say that they run on it."""
    zone.site.hypervisors("kvm-a", "KVM", ["kvm1"])

    def change(world: World) -> None:
        template = world.templates.first(hypervisor="KVM", kind="SYSTEM")
        assert template is not None
        for kind in (PROXY, STORAGE):
            vm = zone.row(world, kind)
            vm.hypervisor, vm.template_id = "KVM", template.id

    zone.change(change)
    zone.server.calls.clear()
    return zone


def test_a_template_is_registered_as_the_documents_demand(kvm: Zone) -> None:
    done = twice(kvm.cloud, MODULE, **NEW)
    (call,) = kvm.server.calls.of("registerTemplate")
    sent = {name: call.params[name] for name in ("name", "format", "isrouting", "zoneid")}
    assert sent == {"name": NAME, "format": "QCOW2", "isrouting": "true", "zoneid": kvm.site.zone}
    for flag in ("ispublic", "isfeatured", "isextractable", "passwordenabled"):
        assert call.params[flag] == "false"
    debian = kvm.site.api.ok("listOsTypes", id=call.params["ostypeid"])["ostype"][0]["description"]
    assert debian.startswith("Debian GNU/Linux")
    assert debian.endswith("(64-bit)")
    assert [(each["name"], each["complete"]) for each in done.result["templates"]] == [(NAME, True)]


def test_system_vms_that_have_another_template_are_behind(kvm: Zone) -> None:
    done = perform(kvm.cloud, MODULE, **NEW)
    assert [(each["name"], each["why"]) for each in done.result["behind"]] == [
        (kvm.names[PROXY], ["template"]),
        (kvm.names[STORAGE], ["template"]),
    ]
    assert all(each["template"] == "SystemVM Template (KVM)" for each in done.result["behind"])


def test_it_becomes_the_template_of_new_routers(kvm: Zone) -> None:
    done = twice(kvm.cloud, MODULE, **NEW, default=True)
    assert done.after["router.template.kvm"] == NAME
    held = kvm.site.api.ok("listConfigurations", name="router.template.kvm")["configuration"]
    assert held[0]["value"] == NAME
    assert writes(kvm.server) == ["registerTemplate", "updateConfiguration"]


@pytest.mark.since("4.15", raises=pytest.fail.Exception)
def test_a_template_of_another_file_under_its_name_is_refused(kvm: Zone) -> None:
    perform(kvm.cloud, MODULE, **NEW)
    kvm.server.calls.clear()
    with pytest.raises(Refused) as refused:
        perform(kvm.cloud, MODULE, **{**NEW, "url": "http://192.0.2.31/other.qcow2"})
    assert [reason.facts["field"] for reason in refused.value.reasons] == ["url"]
    assert writes(kvm.server) == []


def test_a_public_template_under_its_name_is_refused(kvm: Zone) -> None:
    perform(kvm.cloud, MODULE, **NEW)
    kvm.change(lambda world: setattr(world.templates.first(name=NAME), "public", True))
    with pytest.raises(Refused) as refused:
        perform(kvm.cloud, MODULE, **NEW)
    assert [reason.code for reason in refused.value.reasons] == ["template_differs"]


def test_without_a_url_nothing_can_be_registered(kvm: Zone) -> None:
    with pytest.raises(Refused) as refused:
        perform(kvm.cloud, MODULE, hypervisor="KVM", version="4.22.0")
    assert [reason.code for reason in refused.value.reasons] == ["url_missing"]
    perform(kvm.cloud, MODULE, **NEW)
    assert not perform(kvm.cloud, MODULE, hypervisor="KVM", version="4.22.0").changed


def test_a_lost_answer_registers_it_once(kvm: Zone) -> None:
    kvm.server.faults.add("registerTemplate", "drop_after")
    assert perform(kvm.cloud, MODULE, **NEW).changed
    assert kvm.server.calls.counts["registerTemplate"] == 1


def test_the_minimum_version_is_set_once_it_is_ready(kvm: Zone) -> None:
    done = twice(kvm.cloud, MODULE, **NEW, minimum_version="4.22.0")
    assert done.after["minreq.sysvmtemplate.version"] == "4.22.0"
    assert writes(kvm.server) == ["registerTemplate", "updateConfiguration"]


def test_a_zone_that_lacks_it_gets_a_copy(kvm: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other is registered under the same name."""
    first = kvm.site.api.ok("listZones")["zone"][0]["name"]
    perform(kvm.cloud, MODULE, **NEW, zone=first)
    second = kvm.site.api.make_zone("second")
    client, sent = kvm.cloud.system_templates._client, []
    run = client.run

    def copied(command: str, params: Any = None) -> Any:
        if command != "copyTemplate":
            return run(command, params)
        sent.append(params)

        def copy(world: World) -> None:
            row, zone = world.templates.first(name=NAME), world.zones.by_uuid(second)
            assert row is not None
            assert zone is not None
            world.templates.add(replace(row, id=world.templates.next_id(), uuid=world.new_uuid(), zone_id=zone.id))

        kvm.change(copy)
        return {}

    monkeypatch.setattr(client, "run", copied)
    done = perform(kvm.cloud, MODULE, **NEW)
    assert (done.before, done.after) == ({"zones": [first]}, {"zones": sorted([first, "second"])})
    assert [(each["sourcezoneid"], each["destzoneids"]) for each in sent] == [(kvm.site.zone, second)]
    assert kvm.server.calls.counts["registerTemplate"] == 1
    assert not perform(kvm.cloud, MODULE, **NEW).changed


def test_one_that_is_never_ready_is_waited_for_no_longer_than_said(kvm: Zone) -> None:
    """Nothing is set before it is ready, and a second run waits again without another registration."""
    kvm.server.faults.add("registerTemplate", "template_never_ready")
    for _run in range(2):
        with pytest.raises(WaitTimeout, match=NAME):
            perform(kvm.cloud, MODULE, **NEW, default=True, timeout=30.0)
    assert writes(kvm.server) == ["registerTemplate"]


def test_a_server_without_a_minimum_version_says_so(kvm: Zone) -> None:
    kvm.change(lambda world: world.settings.pop("minreq.sysvmtemplate.version") and None)
    with pytest.raises(Refused) as refused:
        perform(kvm.cloud, MODULE, **NEW, minimum_version="4.22.0")
    assert [reason.code for reason in refused.value.reasons] == ["setting_missing"]
    assert writes(kvm.server) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "latest"},
        {"format": "OVA"},
        {"url": "ftp://192.0.2.30/x.qcow2"},
        {"url": "http://"},
        {"url": "http://[::1/x"},
        {"minimum_version": "4"},
        {"timeout": 0.0},
    ],
)
def test_nonsense_is_refused_before_anything_is_read(kvm: Zone, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        perform(kvm.cloud, MODULE, **{**NEW, **changes})
    assert len(kvm.server.calls.counts) == 0


def test_an_unknown_os_type_is_named_with_those_nearby(kvm: Zone) -> None:
    with pytest.raises(NotFound, match="Debian"):
        perform(kvm.cloud, MODULE, **NEW, os_type="Debian GNU/Linux 99 (64-bit)")


def info(zone: Zone, **arguments: Any) -> Any:
    return perform(zone.cloud, "cs_system_vm_template_info", **arguments).result


def test_info_finds_nothing_wrong_with_the_seeded_one(kvm: Zone) -> None:
    told = info(kvm, hypervisor="KVM")
    assert [(each["name"], each["type"]) for each in told["templates"]] == [("SystemVM Template (KVM)", "SYSTEM")]
    assert told["findings"] == []
    assert [each["template"] for each in told["defaults"]] == ["SystemVM Template (KVM)"]


def test_info_tells_of_a_hypervisor_without_one(kvm: Zone) -> None:
    kvm.change(lambda world: setattr(_first(world), "ready", False))
    told = info(kvm, hypervisor="KVM")
    assert [each["code"] for each in told["findings"]] == [
        "template_missing",
        "default_missing",
        "template_downloading",
    ]
    with pytest.raises(HostcraftError) as failed:
        info(kvm, fail="blocks")
    assert failed.value.code == "templates_not_fit"


def test_info_tells_what_is_behind_a_new_default(kvm: Zone) -> None:
    perform(kvm.cloud, MODULE, **NEW, default=True)
    told = info(kvm, hypervisor="KVM")
    assert {each["code"] for each in told["findings"]} == {"behind"}
    assert [each["name"] for each in told["behind"]] == [kvm.names[PROXY], kvm.names[STORAGE]]


def _first(world: World) -> Any:
    return world.templates.first(hypervisor="KVM", kind="SYSTEM")
