# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_certificate_strictness: what was set before is restored, whatever happened in between."""

from __future__ import annotations

import pytest
from contract.certificates.cloud import Lab
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused

NAME = "ca.plugin.root.auth.strictness"
MODULE = "cs_certificate_strictness"


def value(lab: Lab) -> str:
    return str(lab.server.run(lambda world: world.settings.value(NAME)))


def notes(lab: Lab) -> list[str]:
    return [note.text for note in lab.cloud.notes.all("CLUSTER", lab.cluster) if "strictness" in note.text]


def arrange(lab: Lab, strict: str) -> None:
    lab.site.api.ok("updateConfiguration", name=NAME, value=strict)
    lab.server.calls.clear()


@pytest.fixture(autouse=True)
def _one_cluster(lab: Lab) -> None:
    """Notes are looked for on the cluster that is first by id; which that is, is chance."""
    first = min(cluster.id for cluster in lab.cloud.clusters.all())
    lab.cluster = first


def test_relaxed_and_restored(lab: Lab) -> None:
    arrange(lab, "true")
    foretold = perform(lab.cloud, MODULE, state="relaxed", check_mode=True)
    assert (foretold.changed, writes(lab.server), value(lab)) == (True, [], "true")
    relaxed = perform(lab.cloud, MODULE, state="relaxed")
    assert (relaxed.before, relaxed.after) == (foretold.before, foretold.after)
    assert (value(lab), len(notes(lab)), relaxed.result["restart_needed"]) == ("false", 1, True)
    again = perform(lab.cloud, MODULE, state="relaxed")
    assert (again.changed, again.result["before"]) == (False, "true")
    restored = perform(lab.cloud, MODULE, state="restored")
    assert (restored.changed, value(lab), notes(lab)) == (True, "true", [])
    assert not perform(lab.cloud, MODULE, state="restored").changed


def test_what_was_relaxed_before_stays_relaxed(lab: Lab) -> None:
    arrange(lab, "false")
    assert not perform(lab.cloud, MODULE, state="relaxed").changed
    assert not perform(lab.cloud, MODULE, state="restored").changed
    assert (value(lab), notes(lab)) == ("false", [])


@pytest.mark.parametrize("command", ["addAnnotation", "updateConfiguration", "removeAnnotation"])
@pytest.mark.parametrize("fault", ["drop", "drop_after"])
def test_a_run_that_ends_anywhere_is_made_good(lab: Lab, command: str, fault: str) -> None:
    arrange(lab, "true")
    lab.server.faults.add(command, fault, nth=1)
    for state in ("relaxed", "restored"):
        try:
            perform(lab.cloud, MODULE, state=state)
        except HostcraftError:
            # What the next run does.
            lab.cloud.settings._answers.clear()
            perform(lab.cloud, MODULE, state=state)
    assert (value(lab), notes(lab)) == ("true", [])


def test_certificates_are_demanded_only_once_all_have_one(lab: Lab) -> None:
    arrange(lab, "false")
    lab.server.run(lambda world: lab.row(world, "kvm1").details.update(secured="true"))
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, MODULE, state="strict")
    assert [(each.code, each.facts["host"]) for each in refused.value.reasons] == [("secured_unknown", "kvm2")]
    lab.server.run(lambda world: lab.row(world, "kvm2").details.update(secured="false"))
    with pytest.raises(Refused, match="kvm2 is not secured"):
        perform(lab.cloud, MODULE, state="strict")
    assert (writes(lab.server), value(lab)) == ([], "false")
    lab.server.run(lambda world: lab.row(world, "kvm2").details.update(secured="true"))
    done = perform(lab.cloud, MODULE, state="strict")
    assert (done.changed, done.result["restart_needed"], value(lab)) == (True, True, "true")
    assert not perform(lab.cloud, MODULE, state="strict").changed
