# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What means something else here, as data. ``docs/peer_bugs.md`` has the same rows, with the tests that prove them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """module: by the name without ``cs_``. row: beginning of its row in docs/peer_bugs.md.

    given: options of which a task has one, or none for every task. without: an option that the task does not have.
    value: of the given option. registered: only where a task keeps its result.
    """

    module: str
    row: str
    told: str
    given: tuple[str, ...] = ()
    without: str = ""
    value: str = ""
    registered: bool = False


MEANINGS: tuple[Meaning, ...] = (
    Meaning(
        "cluster",
        "`cluster`: `public_vswitch_name`",
        "ngine_io.cloudstack never sends these options; this collection sends them",
        ("public_vswitch_name", "vms_password"),
    ),
    Meaning(
        "cluster",
        "`cluster`: found by name alone",
        "ngine_io.cloudstack finds a cluster by name in any zone; this collection only in the given zone and pod",
    ),
    Meaning(
        "configuration",
        "`configuration`: values of secret settings",
        "values of secret settings are not in the result",
        registered=True,
    ),
    Meaning(
        "host",
        "`host`: tags compared in order",
        "in ngine_io.cloudstack an empty list or another order is always a change; in this collection tags are a set",
        ("host_tags", "host_tag"),
    ),
    Meaning(
        "host",
        "`host`: a drain that ends in",
        "in ngine_io.cloudstack a failed drain counts as done; in this collection the task fails",
        ("allocation_state",),
        value="maintenance",
    ),
    Meaning(
        "host",
        "`host`: a disabled host cannot be removed",
        "there a disabled host is not removed and one whose drain failed is; here the first is drained and removed, "
        "and the second is kept",
        ("state",),
        value="absent",
    ),
    Meaning(
        "host",
        "| `host` | `cpu_used`",
        "statistics such as cpu_used, memory_used and events are not in the result",
        registered=True,
    ),
    Meaning(
        "host",
        "| `host` | `host_tags` in every result",
        "host_tags is empty in the result of a task with neither host_tags nor allocation_state",
        without="host_tags",
        registered=True,
    ),
    Meaning(
        "image_store",
        "| `image_store` | another URL is ignored",
        "ngine_io.cloudstack ignores another URL; this collection refuses it without force_recreate",
        ("url",),
    ),
    Meaning(
        "physical_network",
        "`physical_network`: isolation method",
        "ngine_io.cloudstack reports another value as changed in each run and never applies it; this collection "
        "refuses it",
        ("isolation_method", "broadcast_domain_range"),
    ),
    Meaning(
        "physical_network",
        "`physical_network`: VLANs compared as text",
        "in ngine_io.cloudstack another spelling of the same VLANs is a change; in this collection it is not",
        ("vlan",),
    ),
    Meaning(
        "physical_network",
        "| `physical_network`, `traffic_type` | `poll_async: false`",
        "in ngine_io.cloudstack false returns before the job has ended; this collection always waits for the change",
        ("poll_async",),
        value="false",
    ),
    Meaning(
        "traffic_type",
        "| `physical_network`, `traffic_type` | `poll_async: false`",
        "in ngine_io.cloudstack false returns before the job has ended; this collection always waits for the change",
        ("poll_async",),
        value="false",
    ),
    Meaning(
        "traffic_type",
        "`traffic_type`: `xen_networklabel`",
        "ngine_io.cloudstack never sends this option; this collection sends it",
        ("xen_networklabel",),
    ),
    Meaning(
        "resource_limit",
        "| `resource_limit` | `limit` defaults to -1",
        "in ngine_io.cloudstack a task without limit removes the limit; in this collection the option is required",
        without="limit",
    ),
    *(
        Meaning(
            "router",
            "| `router` | stopped, restarted and destroyed at once",
            "this collection refuses this without consent, if the network has no other router",
            ("state",),
            value=state,
        )
        for state in ("stopped", "restarted", "absent")
    ),
    Meaning(
        "storage_pool",
        "`storage_pool`: tags compared in order",
        "in ngine_io.cloudstack another order is a change; in this collection tags are a set",
        ("storage_tags", "storage_tag"),
    ),
    Meaning(
        "storage_pool",
        "| `storage_pool` | result `path`",
        "the result path is named storage_path in this collection",
        registered=True,
    ),
    Meaning(
        "vlan_ip_range",
        "`vlan_ip_range`: another VLAN",
        "ngine_io.cloudstack ignores another VLAN, gateway or netmask of a range; this collection compares them",
        ("vlan", "gateway", "netmask", "physical_network", "start_ipv6"),
    ),
    Meaning(
        "zone",
        "| `zone` | `network_type` defaults to Basic",
        "in ngine_io.cloudstack a zone is Basic by default; in this collection a new zone is Advanced, and an existing "
        "one keeps its type",
        without="network_type",
    ),
    Meaning(
        "zone",
        "`zone`: `dns1` overwrites",
        "in ngine_io.cloudstack dns1 replaces internal_dns1; in this collection the internal resolver of an existing "
        "zone stays",
        ("dns1",),
        without="internal_dns1",
    ),
)
# True of every module.
GENERAL: tuple[tuple[str, str], ...] = (
    ("| all | `diff` empty", "results have true differences and no credentials"),
    (
        "a wait for a job has no limit",
        "tasks wait for a job for up to api_job_timeout (3600 s); ngine_io.cloudstack waits without a limit",
    ),
    ("secrets in the query string", "calls are sent with POST by default"),
)
# In the environment of a play, a role or a shell.
ENVIRONMENT: t.Mapping[str, str] = {
    "CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY": (
        "in ngine_io.cloudstack true turns the verification of certificates on; in this collection true turns it off"
    ),
    **{
        f"CLOUDSTACK_{name}": f"not used by this collection: set the option {name.lower()} in tasks or module_defaults"
        for name in ("ACCOUNT", "DOMAIN", "PROJECT", "VPC", "ZONE")
    },
}


def meanings(module: str, given: t.Mapping[str, t.Optional[str]], registered: bool) -> t.Iterator[str]:
    """What a task means here. given: its options, each with its value where that is a plain text."""
    for each in MEANINGS:
        chosen = [name for name in each.given if name in given]
        if (
            each.module == module
            and (chosen or not each.given)
            and each.without not in given
            and (not each.value or any(same_value(given[name], each.value) for name in chosen))
            and (registered or not each.registered)
        ):
            yield each.told


def same_value(found: t.Optional[str], value: str) -> bool:
    """Whether a text of YAML is that value."""
    return (found or "").casefold() in ({"false", "no", "off", "0"} if value == "false" else {value})
