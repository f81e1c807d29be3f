# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role kvm_agent on a booted host: check mode; a restart that a run could not make is made by the next one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hosts import Fleet, Host
from integration.machine.roles.scenario import SCENARIOS, Hosts, hosts_of

SCENARIO = SCENARIOS / "kvm_agent"
REFUSE = "/etc/systemd/system/cloudstack-agent.service.d/refuse.conf"


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(boot("kvm1"), tmp_path_factory.mktemp("agent"), {"kvm": ["kvm1"]})


def started(host: Host) -> str:
    return host.run("systemctl show --value -p InvocationID cloudstack-agent").stdout.strip()


def test_check_mode_foretells_what_a_bare_machine_gets(hosts: Hosts) -> None:
    """It has neither the user nor libvirt."""
    prepared = hosts.play(SCENARIO / "prepare.yml")
    assert prepared.status == 0, prepared.text
    asked = json.dumps({"kvm_agent_cpu_model": "", "kvm_agent_cpu_features": ["aes"]})
    for more in ([], ["-e", asked]):
        foretold = hosts.play(SCENARIO / "converge.yml", "--check", *more)
        assert foretold.status == 0, foretold.text
        assert foretold.changed > 0
    assert hosts.fleet["kvm1"].run("id cloudstack", check=False).returncode != 0


def test_a_restart_that_a_run_has_left_is_made_by_the_next(hosts: Hosts) -> None:
    host, play = hosts.fleet["kvm1"], SCENARIO / "converge.yml"
    for playbook in (play, SCENARIO / "verify.yml"):
        played = hosts.play(playbook)
        assert played.status == 0, played.text
    # An agent that runs, with a unit that cannot be restarted.
    host.run(
        "printf '[Unit]\\nDescription=agent\\n[Service]\\nExecStart=/bin/sleep infinity\\n'"
        " > /etc/systemd/system/cloudstack-agent.service; systemctl daemon-reload; systemctl start cloudstack-agent"
    )
    assert hosts.play(play).changed == 0
    before = started(host)
    host.write(REFUSE, "[Unit]\nRefuseManualStop=yes\n")
    host.run("systemctl daemon-reload; sed -i s/^workers=.*/workers=3/ /etc/cloudstack/agent/agent.properties")
    failed = hosts.play(play)
    assert failed.status != 0
    assert "workers=8" in host.read("/etc/cloudstack/agent/agent.properties").splitlines()
    assert started(host) == before
    host.run(f"rm {REFUSE}; systemctl daemon-reload")
    foretold = hosts.play(play, "--check")
    assert (foretold.status, foretold.changed, started(host)) == (0, 1, before), foretold.text
    again = hosts.play(play)
    assert (again.status, again.changed) == (0, 1), again.text
    after = started(host)
    assert after != before
    assert (hosts.play(play).changed, started(host)) == (0, after)
