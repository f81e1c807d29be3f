# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/upgrade_cloudstack.yml on booted machines with the packages' stand-ins: back, killed, stopped, and done.

One story: each test goes on from where the one before left the machines. `make bench-upgrade` has all steps.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.conftest import Connect, connect
from contract.routers.routers import lab
from counterparts.management_server import packages
from hosts import Fleet
from integration.upgrade.upgrading import NEW, OLD, PARTS, Cloud

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["connect", "sandbox"]
TEMPLATE = "systemvm-kvm-4.22.0-x86_64"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Fleet("db", "ms1", "ms2", more_packages=[*packages(OLD), *packages(NEW)]) as fleet:
        made = Cloud(fleet)
        made.install()
        yield made


def test_a_failed_schema_leads_back_to_the_old_version_and_its_database(cloud: Cloud) -> None:
    """The database is on another machine. A server that is started meanwhile does not join."""
    before = cloud.state()
    cloud.switch(fail_upgrade_at=NEW, step_sleep=2)
    shown = "systemctl show --property {} --value cloudstack-management"
    asked = f"systemctl start cloudstack-management; {shown.format('ConditionResult')}; {shown.format('MainPID')}"
    join = cloud.on(cloud.second, asked)
    meanwhile = {"task": "Wait until the server answers or its service ends", "nth": 1, "do": "command"}
    ran = cloud.upgrade(fault={**meanwhile, "command": f"{join} > {cloud.fleet.directory}/joined || true"})
    assert ran.status == 2, ran.told
    assert (cloud.fleet.directory / "joined").read_text().split() == ["no", "0"]
    assert "[upgrade_failed]" in ran.end
    assert f"All servers run {OLD} again, with the databases of the backup" in ran.end
    assert ran.before == ran.after != ""
    assert cloud.state() == before
    assert [cloud.answers(host) for host in cloud.servers] == ["401", "401"]


def test_a_killed_run_goes_on_and_stops_after_the_point_of_no_return(cloud: Cloud) -> None:
    cloud.switch(step_sleep=3)
    ran = cloud.upgrade(fault={"task": "Wait until the server answers or its service ends", "nth": 1, "do": "kill"})
    assert ran.killed, ran.told
    assert cloud.record()["stage"] == "started"
    ran = cloud.upgrade(fault={"task": "Start the management server", "nth": 2, "do": "fail"})
    assert ran.status == 2, ran.told
    assert f"The first server runs {NEW} and serves, so that nothing was undone" in ran.end
    assert cloud.record()["stage"] == "serving"
    assert cloud.version() == NEW


def test_the_next_run_ends_the_upgrade_with_all_that_belongs_to_it(
    cloud: Cloud, sandbox: Sandbox, connect: Connect
) -> None:
    zone = lab(sandbox, connect)
    zone.new_template(TEMPLATE)
    # As the upgraded server does when it registers its template.
    zone.site.api.ok("updateConfiguration", name="minreq.sysvmtemplate.version", value="4.22.0")
    given = {f"upgrade_cloudstack_{part}": True for part in (*PARTS, "consent")}
    given |= {"upgrade_cloudstack_template": TEMPLATE, "acceptance_console_hosts": "127.0.0.1"}
    ran = cloud.upgrade(api=sandbox, **given)
    assert ran.status == 0, ran.told
    state = cloud.state()
    assert [state[host.name].split()[:3] for host in cloud.servers] == [[NEW] * 3] * 2
    assert [state[host.name].split()[-2:] for host in cloud.servers] == [["active", "active"]] * 2
    assert [cloud.answers(host) for host in cloud.servers] == ["401", "401"]
    assert (cloud.version(), cloud.record()) == (NEW, {})
    assert {each["version"] for each in zone.routers()} == {"4.22.0"}
    system = zone.site.api.ok("listSystemVms")["systemvm"]
    assert {each["templatename"] for each in system} == {TEMPLATE}
    told = " ".join(ran.told.split())
    for line in (
        f"servers: ms1, ms2 have {NEW}, upgraded from {OLD}",
        "agents: left out",
        f"system VMs: 2 have {TEMPLATE}",
        "virtual routers: 2 networks upgraded, 0 left",
        "acceptance test: z1",
    ):
        assert line in told, told[-1500:]
    ran = cloud.upgrade(api=sandbox, **given)
    assert (ran.status, ran.changed) == (0, 0), ran.told
