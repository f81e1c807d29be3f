# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host HA: its states explained, what a host needs to be eligible, and which changes are refused.

Sources: HAConfig (states and transitions), RecoveryTask and FenceTask (what follows a reset and a fence),
KVMHAProvider (eligibility; a fence is an OFF that was answered well), RedfishWrapper (OFF is a graceful shutdown),
KVMHAConfig (settings); T4:97-110, T5:31-41; Working with Hosts, "Out-of-band Management"; apache/cloudstack#13605 (HA
without out-of-band management), #13376 (fences by Redfish).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from .oobm import REDFISH

PROVIDERS: t.Mapping[str, str] = {"KVM": "kvmhaprovider", "Simulator": "simulatorhaprovider"}
DETAIL = "resourceHAEnabled"
AVAILABLE, DISABLED, INELIGIBLE, FENCED = "Available", "Disabled", "Ineligible", "Fenced"
# In these the server shows the host as Up although its agent does not answer (HAManagerImpl.getHostStatusFromHAConfig).
HEARSAY = ("Suspect", "Checking")
# Pools that KVM's heartbeat is written to: NFS, and those whose driver says so (server: isStorageSupportHA).
HEARTBEAT_POOLS = frozenset(("NetworkFilesystem", "NFS", "Linstor", "StorPool"))


@dataclass(frozen=True)
class HaState:
    """One state of the server's machine. steady: nothing is under way. next: states that the server may go on to."""

    name: str
    meaning: str
    advice: str
    next: tuple[str, ...]
    steady: bool = False


_ALWAYS = ("Disabled", "Ineligible")
STATES: t.Mapping[str, HaState] = {
    each.name: each
    for each in (
        HaState(
            "Disabled",
            "Host HA is not active for this host.",
            "enable host HA for the host, and check that it is not disabled for the cluster or the zone",
            ("Available",),
            steady=True,
        ),
        HaState(
            "Ineligible",
            "Host HA is enabled, but the server cannot check or fence this host now.",
            "see the readiness list of cs_host_ha_info for what is missing",
            ("Disabled", "Available"),
            steady=True,
        ),
        HaState(
            "Available",
            "The last health check passed.",
            "nothing to do",
            (*_ALWAYS, "Suspect"),
            steady=True,
        ),
        HaState(
            "Suspect",
            "The last health check failed: the agent does not answer.",
            "wait for the activity checks; if the host is well, restart its agent",
            (*_ALWAYS, "Checking", "Available"),
        ),
        HaState(
            "Checking",
            "The server checks the shared storage for disk activity of the host's VMs.",
            "wait for kvm.ha.activity.check.max.attempts checks, kvm.ha.activity.check.interval seconds apart",
            (*_ALWAYS, "Suspect", "Degraded", "Recovering", "Available"),
        ),
        HaState(
            "Degraded",
            "The agent does not answer, but the VMs still write to their disks, so they are not restarted.",
            "repair the agent or its network; until then, the VMs keep running on this host",
            (*_ALWAYS, "Available", "Suspect"),
            steady=True,
        ),
        HaState(
            "Recovering",
            "The server resets the host through its controller.",
            "wait up to kvm.ha.recover.wait.period seconds for the host to boot",
            (*_ALWAYS, "Recovered", "Fencing"),
        ),
        HaState(
            "Recovered",
            "The reset succeeded. The server declared the host Down, restarts its HA VMs on other hosts, and waits for "
            "the agent.",
            "wait up to kvm.ha.recover.wait.period seconds; its VMs are no longer on this host",
            (*_ALWAYS, "Available"),
        ),
        HaState(
            "Fencing",
            "The server turns the host off through its controller to restart its VMs on other hosts.",
            "if the state remains, check the controller with cs_bmc_check. Fencing can fail forever if "
            "the host is already off: check that it is off, then declare it degraded",
            ("Disabled", "Ineligible", "Fenced"),
        ),
        HaState(
            "Fenced",
            "The controller accepted the OFF, the server put the host into maintenance, and its HA VMs were restarted "
            "on other hosts. The server did not check that the host is off.",
            "check with cs_power that the host is off, and turn it off if not, because its VMs may run twice. Then "
            "repair the host, turn it on and cancel the maintenance",
            ("Disabled", "Ineligible"),
            steady=True,
        ),
    )
}
UNKNOWN = HaState(
    "", "The server reported a state that is not documented.", "check the log of the management server", ()
)


@dataclass(frozen=True)
class Ha:
    """What the server holds for one host. provider: "" where nothing was configured."""

    host_id: str
    enabled: bool = False
    state: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Seen:
    """What readiness is judged by. neighbours: other hosts of the cluster that are Up. heartbeat_pools: names.

    oobm: the effective state of out-of-band management. driver: its driver. power: the last power state. answered:
    whether the controller answered when it was asked; None where it was not asked. reboot: the host's agent property
    reboot.host.and.alert.management.on.heartbeat.timeout; None where it was not looked at.
    """

    host: str
    hypervisor: str
    state: str
    resource_state: str
    oobm: str
    oobm_decided_by: str
    power: str = ""
    answered: t.Optional[bool] = None
    neighbours: int = 0
    heartbeat_pools: tuple[str, ...] = ()
    reboot: t.Optional[str] = None
    driver: str = ""


@dataclass(frozen=True)
class Need:
    """One row of the readiness list: met is None where it could not be seen."""

    code: str
    met: t.Optional[bool]
    evidence: str
    remedy: str = ""


def explained(state: str) -> HaState:
    """The row of a state as the server names it."""
    return next((row for name, row in STATES.items() if name.casefold() == state.casefold()), UNKNOWN)


def provider_for(hypervisor: str) -> str:
    """Its provider, "" where CloudStack has none."""
    return next((name for kind, name in PROVIDERS.items() if kind.casefold() == hypervisor.casefold()), "")


def readiness(seen: Seen, provider: str) -> tuple[Need, ...]:
    """Everything that a host needs so that host HA can act for it, in the order in which it is best mended."""
    fits = provider_for(seen.hypervisor)
    needs = [
        Need(
            "provider_missing",
            bool(fits) and (not provider or provider.casefold() == fits),
            f"provider {provider or 'none'}, hypervisor {seen.hypervisor}",
            f"use the provider {fits}" if fits else f"CloudStack has no host HA provider for {seen.hypervisor}",
        ),
        Need(
            "oobm_off",
            seen.oobm == "enabled",
            f"out-of-band management is {seen.oobm}"
            + (f" (by {seen.oobm_decided_by})" if seen.oobm != "enabled" else ""),
            "configure and enable it with cs_oobm",
        ),
        Need(
            "bmc_silent",
            seen.answered if seen.answered is not None else {"On": True, "Off": True}.get(seen.power),
            f"power state {seen.power or 'unknown'}"
            + ("" if seen.answered is None else f", answered: {seen.answered}"),
            "check the controller with cs_bmc_check",
        ),
        Need(
            "graceful_off_only",
            seen.driver != REDFISH if seen.driver else None,
            f"driver {seen.driver or 'none'}",
            "use the driver ipmitool: with redfish, CloudStack fences with a graceful shutdown, which has no effect on "
            "a hung host, and starts its VMs elsewhere nevertheless",
        ),
        Need("host_not_up", seen.state == "Up", f"state {seen.state}", "start the host's agent"),
        Need(
            "host_not_enabled",
            seen.resource_state == "Enabled",
            f"resource state {seen.resource_state}",
            "enable the host: host HA does not check hosts in maintenance",
        ),
    ]
    if seen.hypervisor in ("KVM", "LXC"):
        needs.append(
            Need(
                "no_neighbour",
                seen.neighbours > 0,
                f"{seen.neighbours} other hosts of the cluster are Up",
                "add a second host to the cluster: the server needs one to check the host's disk activity",
            )
        )
    if seen.hypervisor == "KVM":
        needs.append(
            Need(
                "no_heartbeat_pool",
                bool(seen.heartbeat_pools),
                f"pools with a heartbeat: {', '.join(seen.heartbeat_pools) or 'none'}",
                "add a primary storage pool of NFS, Linstor or StorPool: the activity check reads the heartbeat on it",
            )
        )
        needs.append(
            Need(
                "reboot_on_heartbeat_unset",
                None if seen.reboot is None else seen.reboot.casefold() in ("true", "false"),
                f"reboot.host.and.alert.management.on.heartbeat.timeout={seen.reboot or 'unset'}",
                "set it to true or false on every host with cs_agent_properties: sources disagree on its "
                "default, and one failed NFS pool may reboot many hosts",
            )
        )
    return tuple(needs)


def unmet(needs: t.Iterable[Need]) -> tuple[Need, ...]:
    return tuple(need for need in needs if need.met is False)


def enable_reasons(host: str, provider: str, hypervisor: str, oobm: str, decided_by: str) -> list[Reason]:
    """Why host HA must not be enabled for a host: the server accepts it and then does nothing (cs#13605)."""
    found = []
    fits = provider_for(hypervisor)
    if not fits:
        found.append(Reason("no_provider", f"CloudStack has no host HA provider for {hypervisor}", "", {"host": host}))
    elif provider.casefold() != fits:
        found.append(
            Reason(
                "wrong_provider",
                f"provider {provider} does not support host {host} with hypervisor {hypervisor}",
                f"use {fits}",
                {"provider": provider, "fits": fits},
            )
        )
    if oobm != "enabled":
        found.append(
            Reason(
                "oobm_off",
                f"out-of-band management of host {host} is disabled ({decided_by}), so host HA could not "
                "reset or fence it",
                "configure and enable it with cs_oobm first",
                {"host": host, "decided_by": decided_by},
            )
        )
    return found


def oobm_off_reasons(hosts: t.Sequence[str]) -> list[Reason]:
    """Why out-of-band management must stay on: these hosts have host HA enabled (cs#13647)."""
    if not hosts:
        return []
    return [
        Reason(
            "host_ha_enabled",
            f"host HA is enabled for {', '.join(hosts)}: without out-of-band management they could not be fenced",
            "disable host HA with cs_host_ha first",
            {"hosts": list(hosts)},
        )
    ]
