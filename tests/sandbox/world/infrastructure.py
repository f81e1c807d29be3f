"""Tables of networks, security and the log, apart from those of machines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .keystore import Ports, Row
from .log import Alert, Annotation, Event
from .networks import (
    DedicatedVlans,
    LoadBalancerElement,
    Network,
    NetworkOffering,
    NetworkRule,
    PhysicalNetwork,
    PrivateGateway,
    Provider,
    PublicIp,
    RouterElement,
    StorageIpRange,
    TrafficType,
    VlanRange,
    Vpc,
    VpcOffering,
)
from .os_types import OsCategory, OsType
from .regions import PortableRange
from .security import Authority, Bmc, HostHa, OutOfBand
from .table import Table


class Infrastructure:
    """The part of the world that carries traffic."""

    def __init__(self) -> None:
        # A real server's physical and logical networks are numbered from 200 (T3:7).
        self.physical_networks: Table[PhysicalNetwork] = Table("zone_id", first_id=200)
        self.traffic_types: Table[TrafficType] = Table("physical_network_id")
        self.providers: Table[Provider] = Table("physical_network_id")
        self.router_elements: Table[RouterElement] = Table("provider_id")
        self.ovs_elements: Table[RouterElement] = Table("provider_id")
        self.balancer_elements: Table[LoadBalancerElement] = Table("provider_id")
        self.networks: Table[Network] = Table("zone_id", "traffic_type", "vpc_id", first_id=200)
        self.network_offerings: Table[NetworkOffering] = Table("name")
        self.vlan_ranges: Table[VlanRange] = Table("zone_id", "network_id", "physical_network_id")
        self.portable_ranges: Table[PortableRange] = Table("region")
        self.dedicated_vlans: Table[DedicatedVlans] = Table("physical_network_id")
        self.vpcs: Table[Vpc] = Table("zone_id")
        self.vpc_offerings: Table[VpcOffering] = Table("name")
        self.network_rules: Table[NetworkRule] = Table("kind", "ip_id", "network_id")
        self.public_ips: Table[PublicIp] = Table("network_id", "vpc_id", "ip", "vm_id")
        # When the last PRIMARY of a network or VPC went, by (network, VPC), on the server's clock.
        self.vacated: dict[tuple[int | None, int | None], float] = {}
        # Most that an account or domain may have, by ("account" or "domain", its row, the number of the resource).
        self.limits: dict[tuple[str, int, int], int] = {}
        # Whether usage records were asked for yet.
        self.usage_asked = False
        # What the usage server's jobs and heartbeat tell, once it runs; its records as the API shows them.
        self.usage_server: dict[str, str] = {}
        self.usage_records: list[dict[str, Any]] = []
        # What goes wrong, by kind: names or uuids of what it befalls ("*": everything).
        self.troubles: dict[str, set[str]] = {}
        self.private_gateways: Table[PrivateGateway] = Table("vpc_id")
        self.storage_ranges: Table[StorageIpRange] = Table("zone_id", "pod_id")
        self.os_categories: Table[OsCategory] = Table("name")
        self.os_types: Table[OsType] = Table("name")
        self.annotations: Table[Annotation] = Table("entity_uuid")
        self.events: Table[Event] = Table("type")
        self.alerts: Table[Alert] = Table()
        # By row id of their hosts.
        self.out_of_band: dict[int, OutOfBand] = {}
        self.host_ha: dict[int, HostHa] = {}
        self.ha_polls: list[asyncio.Task[None]] = []
        # Controllers that answer, by address and port: none in a fresh sandbox; a test puts some here.
        self.bmcs: dict[tuple[str, str], Bmc] = {}
        # Options of ipmitool beside the server's own; a simulated controller may speak one cipher suite only.
        self.ipmitool: tuple[str, ...] = ()
        self.authority = Authority()
        # Certificates for system VMs by the name of their row; what ends a system VM's listening, by its row id.
        self.keystore: dict[str, Row] = {}
        self.listening: dict[int, Callable[[], None]] = {}
        # Set by a test that looks at what system VMs serve.
        self.tls_ports: Ports | None = None
        # Where the pages of console proxies are, instead of their public addresses.
        self.console_place = ""
        # Whether an upload stops the console proxies as the source says; on 4.22.0 it was seen not to (cs#12642).
        self.resets_consoles = False
