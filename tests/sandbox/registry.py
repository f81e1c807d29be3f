"""Handlers by command. A handler takes a Call and returns the inside of `<command>response`, or Work for a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .jobs import Jobs
    from .surface import Api
    from .world import World

Body = dict[str, Any]


@dataclass
class Work:
    """The asynchronous part of a command.

    `run` gives the job's result and raises ApiError to fail it; it may be a coroutine function that takes time.
    `created` is the id that the answer names at once (commands that create), `instance` the job's type and id.
    """

    run: Callable[[], Body | Awaitable[Body]]
    created: str | None = None
    instance: tuple[str, str | None] | None = None


@dataclass
class Call:
    """One valid request: `values` by lower-cased name, converted by type; entities are rows of the world."""

    api: Api
    raw: dict[str, str]
    world: World
    jobs: Jobs
    apis: dict[str, Api]
    version: str
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values


Handler = Callable[[Call], Body | Work]


@dataclass(frozen=True)
class Command:
    """`entities`: parameter → table of the world, over the common ones; `java`: class that a job names.

    `envelope`: what the answer is named after: this command or another one, in lower case except for a few.
    """

    name: str
    handler: Handler
    entities: dict[str, str]
    java: str
    envelope: str


COMMANDS: dict[str, Command] = {}

# Which table an identifier parameter names, whatever the command. "nothing" holds no row: any value is unknown.
ENTITIES = {
    "zoneid": "zones",
    "podid": "pods",
    "clusterid": "clusters",
    "hostid": "hosts",
    "physicalnetworkid": "physical_networks",
    "networkid": "networks",
    "associatednetworkid": "networks",
    "networkofferingid": "network_offerings",
    "serviceofferingid": "service_offerings",
    "accountid": "accounts",
    "storageid": "storage_pools",
    "vlanid": "vlan_ranges",
    "vpcid": "vpcs",
    "vpcofferingid": "vpc_offerings",
    "aclid": "nothing",
    "domainid": "domains",
    "parentdomainid": "domains",
    "nspid": "providers",
    "projectid": "projects",
    "extensionid": "nothing",
    "templateid": "templates",
    "networkids": "networks",
    "imagestoreid": "image_stores",
    "userid": "nothing",
    "diskofferingid": "nothing",
    "overridediskofferingid": "nothing",
    "snapshotid": "nothing",
    "userdataid": "nothing",
    "volumeid": "nothing",
    "affinitygroupid": "affinity_groups",
    "affinitygroupids": "affinity_groups",
    "autoscalevmgroupid": "nothing",
    "backupofferingid": "nothing",
    "groupid": "nothing",
    "isoid": "nothing",
    "securitygroupid": "nothing",
    "vgpuprofileid": "nothing",
    "storagepolicy": "nothing",
    "parenttemplateid": "nothing",
    "virtualmachineid": "vms",
    "managementserverid": "management_servers",
    "oscategoryid": "os_categories",
    "ostypeid": "os_types",
    "jobid": "jobs",
}


def command(name: str, java: str = "", *, envelope: str = "", **entities: str) -> Callable[[Handler], Handler]:
    """Register a handler; keyword arguments say which table an identifier parameter names (`id="zones"`)."""

    def register(handler: Handler) -> Handler:
        if name in COMMANDS:
            raise ValueError(f"{name} is registered twice")
        package = java or "org.apache.cloudstack.api.command.admin"
        cls = package if "Cmd" in package else f"{package}.{name[0].upper()}{name[1:]}Cmd"
        COMMANDS[name] = Command(name, handler, {**ENTITIES, **entities}, cls, envelope or name.lower())
        return handler

    return register
