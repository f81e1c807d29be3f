# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every judge of a cloud: what is asked, and whose findings it returns. None of them judges anything itself."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.bmc.host_ha import provider_for
from ...core.certificates.check import CERTIFICATES
from ...core.certificates.console.table import CONSOLE
from ...core.doctor import figures, things
from ...core.doctor.table import CAPACITY, HA, HOSTS, OPEN_ALERTS, ROLLS, SETTINGS, STORAGE, VLANS
from ...core.errors import Unsupported
from ...core.events.alerts import ALERTS, Choice
from ...core.findings import Judgement, Table, Unseen, Verdict
from ...core.routers.health import ROUTERS
from ...core.routers.monitoring import MONITORING
from ...core.servers.nodes import NODES
from ...core.system_vms.check import SYSTEM_VMS
from ...core.system_vms.templates import TEMPLATES
from ...core.system_vms.vm import CONSOLE as PROXY
from ...core.system_vms.vm import STORAGE as STORAGE_VM
from ...core.usage.check import USAGE
from ...core.zone.topology import Zone
from ...ports.certificates import X509, Probe
from ...ports.cloud import Cloud
from .. import lookup
from ..bmc.host_ha import seen_host_ha
from ..bmc.oobm_info import seen_oobm
from ..bmc.vm_ha import seen_ha
from ..capacity import account
from ..certificates import console_info
from ..certificates import info as certificates
from ..events.alerts import seen_alerts
from ..maintenance import rolling
from ..routers import info as router_info
from ..routers import monitoring
from ..routers.scope import Scope
from ..servers.nodes import seen_servers
from ..system_vms import info as system_vms
from ..system_vms import templates
from ..usage.info import Question as UsageQuestion
from ..usage.info import seen_usage
from ..vlans.info import Question as VlanQuestion
from ..vlans.info import listed_vlans

UP = "Up"
PORTS: t.Mapping[str, int] = {PROXY: 443, STORAGE_VM: 443}


@dataclasses.dataclass(frozen=True)
class Asked:
    """zone: "" for all. reader, probe: of certificates; probe is None where no port is to be looked at.

    time_zones: names of time zones, where they are known. days: left of a certificate.
    """

    reader: X509
    probe: t.Optional[Probe] = None
    zone: str = ""
    spare_hosts: int = 1
    days: int = 30
    scheme: t.Sequence[t.Mapping[str, t.Any]] = ()
    time_zones: t.Collection[str] = ()


Look = t.Callable[[Cloud, Asked, Zone], t.Iterable[Verdict]]


class Judge(t.NamedTuple):
    """tables: whose codes it may find. tools: what helps where a remedy names nothing. every: once for each zone."""

    name: str
    tables: tuple[Table, ...]
    tools: tuple[str, ...]
    look: Look
    every: bool = True


def _verdicts(judgement: Judgement) -> t.Iterator[Verdict]:
    yield from judgement.findings
    yield from judgement.unseen


def _of_capacity(cloud: Cloud, asked: Asked, zone: Zone) -> t.Iterable[Verdict]:
    outcome = account.capacity_of(cloud, {"zone": zone.id}, account.Question(spare_hosts=asked.spare_hosts))
    return figures.capacity(outcome.result, outcome.warnings)


def _of_rolls(cloud: Cloud, asked: Asked, zone: Zone) -> t.Iterator[Verdict]:
    """The host that is out is the first of those that may fail."""
    used = {host.cluster_id for host in cloud.hosts.all(zone_id=zone.id)}
    for cluster in cloud.clusters.all(zone_id=zone.id):
        if cluster.id in used:
            asks = rolling.Request(zone.id, cluster.id, spare_hosts=max(asked.spare_hosts - 1, 0))
            yield from figures.rolls(rolling.show_plan(cloud, asks).result)


def _of_hosts(cloud: Cloud, _asked: Asked, zone: Zone) -> t.Iterator[Verdict]:
    try:
        servers = seen_servers(cloud).servers
        versions = {each.version for each in servers if each.state == UP and each.version}
    except Unsupported:
        # Before 4.12 the server that answers is the only one that tells its version.
        versions = {text for text in (".".join(map(str, cloud.release())),) if text}
    yield from things.hosts(cloud.hosts.all(zone_id=zone.id), versions)
    yield from things.places(zone, cloud.pods.all(zone_id=zone.id), cloud.clusters.all(zone_id=zone.id))


def _of_vlans(cloud: Cloud, asked: Asked, zone: Zone) -> t.Iterable[Verdict]:
    return figures.vlans(listed_vlans(cloud, VlanQuestion(zone.id, scheme=asked.scheme)).result)


def _of_ha(cloud: Cloud, _asked: Asked, zone: Zone) -> t.Iterable[Verdict]:
    outcome = seen_ha(cloud, {"zone": zone.id})
    return figures.vm_ha(outcome.result, outcome.warnings)


def _of_fencing(cloud: Cloud, _asked: Asked, zone: Zone) -> t.Iterator[Verdict]:
    """Nothing can fence a host without a provider for its hypervisor."""
    hosts = cloud.hosts.all(zone_id=zone.id)
    kinds = {each.id: each.hypervisor for each in hosts}
    if not any(provider_for(kind) for kind in kinds.values()):
        return
    outcome = seen_oobm(cloud, {"zone": zone.id}, False)
    yield from figures.out_of_band(t.cast(t.Any, outcome.result["hosts"]), kinds, outcome.warnings)
    yield from figures.host_ha(t.cast(t.Any, seen_host_ha(cloud, {"zone": zone.id}, False).result["hosts"]))


def _of_storage(cloud: Cloud, _asked: Asked, zone: Zone) -> t.Iterable[Verdict]:
    local = cloud.settings.find(things.LOCAL_VMS, "zone", zone.id)
    pools, stores = cloud.storage_pools.all(zone_id=zone.id), cloud.image_stores.all(zone_id=zone.id)
    return things.storage(zone, pools, stores, local.value if local else "")


def _of_certificates(cloud: Cloud, asked: Asked, zone: Zone) -> t.Iterable[Verdict]:
    request = certificates.Request({"zone": zone.id}, asked.reader, asked.probe, asked.days)
    return _verdicts(certificates.seen_certificates(cloud, request).judgement)


def _of_consoles(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    if asked.probe is None:
        return [Unseen("probe", "no port was checked")]
    question = console_info.Question(PORTS, asked.zone, days=asked.days)
    return _verdicts(console_info.report(cloud, asked.probe, question).judgement)


def _of_system_vms(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    return _verdicts(system_vms.seen_system_vms(cloud, system_vms.Question(zone=asked.zone)).judgement)


def _of_templates(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    return _verdicts(templates.seen_templates(cloud, templates.Question(zone=asked.zone)).judgement)


def _of_routers(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    """With the results of health checks, where the release has them."""
    question = router_info.Question(Scope(zone=asked.zone), health=router_info.STORED)
    try:
        return _verdicts(router_info.report(cloud, question).judgement)
    except Unsupported:
        return _verdicts(router_info.report(cloud, dataclasses.replace(question, health=router_info.NONE)).judgement)


def _of_monitoring(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    return _verdicts(monitoring.seen_monitoring(cloud, monitoring.Question(asked.zone)).judgement)


def _of_servers(cloud: Cloud, _asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    return _verdicts(seen_servers(cloud).judgement)


def _of_alerts(cloud: Cloud, _asked: Asked, _zone: Zone) -> t.Iterator[Verdict]:
    seen = seen_alerts(cloud, Choice(), ())
    yield from _verdicts(seen.judgement)
    yield from things.open_alerts(seen.alerts)


def _of_usage(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    return _verdicts(seen_usage(cloud, UsageQuestion("", "", None, {}, asked.time_zones)).judgement)


def _of_settings(cloud: Cloud, asked: Asked, _zone: Zone) -> t.Iterable[Verdict]:
    found = {name: cloud.settings.find(name) for name in things.OF_SETTINGS}
    where = {"zone_id": lookup.zone(cloud, asked.zone).id} if asked.zone else {}
    values = {name: each.value or "" for name, each in found.items() if each is not None}
    return things.settings(values, cloud.clusters.all(**where))


JUDGES: tuple[Judge, ...] = (
    Judge("capacity", (CAPACITY,), ("cs_capacity_info",), _of_capacity),
    Judge("rolls", (ROLLS,), ("cs_maintenance_plan",), _of_rolls),
    Judge("hosts", (HOSTS,), ("cs_host_info",), _of_hosts),
    Judge("vlans", (VLANS,), ("cs_vlan_info",), _of_vlans),
    Judge("ha", (HA,), ("cs_ha_info",), _of_ha),
    Judge("fencing", (HA,), ("cs_oobm_info",), _of_fencing),
    Judge("storage", (STORAGE, SETTINGS), ("cs_storage_pool_info",), _of_storage),
    Judge("certificates", (CERTIFICATES,), ("cs_certificate_info",), _of_certificates),
    Judge("console_certificates", (CONSOLE,), ("cs_console_certificate_info",), _of_consoles, False),
    Judge("system_vms", (SYSTEM_VMS,), ("cs_system_vm_info",), _of_system_vms, False),
    Judge("templates", (TEMPLATES,), ("cs_system_vm_template_info",), _of_templates, False),
    Judge("routers", (ROUTERS,), ("cs_router_info",), _of_routers, False),
    Judge("router_monitoring", (MONITORING,), ("cs_router_monitoring_info",), _of_monitoring, False),
    Judge("management_servers", (NODES,), ("cs_management_server_info",), _of_servers, False),
    Judge("alerts", (ALERTS, OPEN_ALERTS), ("cs_alert_info",), _of_alerts, False),
    Judge("usage", (USAGE,), ("cs_usage_info",), _of_usage, False),
    Judge("settings", (SETTINGS,), ("cs_configuration_info",), _of_settings, False),
)
