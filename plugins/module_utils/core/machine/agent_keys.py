# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a KVM agent's ``agent.properties``: type, limits, and who writes them. One frozen table.

Source: the file that the cloudstack-agent package ships and the agent's own table of properties (4.11 to 4.22). An
agent ignores keys that it does not know, so a mistyped one fails silently: that is why they are known here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Kind = t.Literal["text", "path", "device", "int", "bool", "choice", "hosts", "words", "list"]
Owner = t.Literal["operator", "setup", "identity", "secret"]

CPU_MODES = ("custom", "host-model", "host-passthrough")
BRIDGE_TYPES = ("native", "openvswitch")
VIF = "com.cloud.hypervisor.kvm.resource."
BRIDGE_VIF, OVS_VIF, DIRECT_VIF = f"{VIF}BridgeVifDriver", f"{VIF}OvsVifDriver", f"{VIF}DirectVifDriver"


@dataclass(frozen=True)
class AgentKey:
    """One key. unit: of a number. default: what the agent takes without it, "" where it finds out by itself.

    kind: "hosts" is a comma-separated list with an algorithm behind ``@``; "words" a set separated by blanks; "list"
    one separated by commas, whose order counts. owner: "setup" keys are written by cloudstack-setup-agent or the
    management server, "identity" ones tell who the host is, "secret" ones are never shown.
    """

    name: str
    kind: Kind = "text"
    default: str = ""
    least: t.Optional[int] = None
    most: t.Optional[int] = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    owner: Owner = "operator"
    instead: str = ""


def _ints(least: int, *rows: tuple[str, str, str]) -> tuple[AgentKey, ...]:
    return tuple(AgentKey(name, "int", default, least, unit=unit) for name, default, unit in rows)


def _kind(kind: Kind, *rows: tuple[str, str]) -> tuple[AgentKey, ...]:
    return tuple(AgentKey(name, kind, default) for name, default in rows)


def _of(owner: Owner, instead: str, *names: str) -> tuple[AgentKey, ...]:
    return tuple(AgentKey(name, owner=owner, instead=instead) for name in names)


_HOOK = "agent.hooks.libvirt_vm_"
KEYS: tuple[AgentKey, ...] = (
    AgentKey("host", "hosts", "localhost"),
    AgentKey("port", "int", "8250", 1, 65535),
    AgentKey("workers", "int", "5", 1, 500, unit="threads"),
    AgentKey("hypervisor.type", "choice", "kvm", choices=("kvm", "lxc")),
    AgentKey("guest.cpu.mode", "choice", choices=CPU_MODES),
    AgentKey("guest.cpu.model"),
    AgentKey("guest.cpu.features", "words"),
    AgentKey("guest.cpu.arch", "choice", choices=("x86_64", "aarch64", "s390x")),
    AgentKey("network.bridge.type", "choice", "native", choices=BRIDGE_TYPES),
    AgentKey("libvirt.vif.driver", "choice", choices=(BRIDGE_VIF, OVS_VIF, DIRECT_VIF)),
    AgentKey("network.direct.source.mode", "choice", choices=("private", "bridge", "vepa")),
    AgentKey("vm.watchdog.action", "choice", "none", choices=("none", "reset", "poweroff")),
    AgentKey("vm.rng.model", "choice", "random", choices=("random",)),
    *_kind(
        "device",
        ("private.network.device", "cloudbr1"),
        ("public.network.device", "cloudbr0"),
        ("guest.network.device", ""),
        ("network.direct.device", ""),
        ("private.bridge.name", ""),
    ),
    *_ints(
        0,
        ("host.lb.check.interval", "", "s"),
        ("host.reserved.mem.mb", "1024", "MiB"),
        ("host.overcommit.mem.mb", "0", "MiB"),
        ("host.reserved.cpu.count", "0", "cores"),
        ("host.cpu.manual.speed.mhz", "0", "MHz"),
        ("vm.memballoon.stats.period", "0", "s"),
        ("vm.video.ram", "0", "KiB"),
    ),
    *_ints(
        1,
        ("cmds.timeout", "7200", "s"),
        ("vm.diskactivity.checktimeout_s", "120", "s"),
        ("vm.diskactivity.inactivetime_ms", "30000", "ms"),
        ("vm.rng.rate.bytes", "2048", "bytes"),
        ("vm.rng.rate.period", "1000", "ms"),
        ("router.aggregation.command.each.timeout", "", "s"),
        ("heartbeat.update.timeout", "60000", "ms"),
        ("kvm.heartbeat.update.frequency", "60000", "ms"),
        ("kvm.heartbeat.update.max.tries", "5", "tries"),
        ("kvm.heartbeat.update.retry.sleep", "10000", "ms"),
        ("kvm.heartbeat.checker.timeout", "360000", "ms"),
        ("vm.migrate.domain.retrieve.timeout", "10", "s"),
        ("stop.script.timeout", "120", "s"),
        ("agent.script.timeout", "60", "s"),
        ("ping.retries", "5", "tries"),
        ("iothreads", "1", "threads"),
        ("ssl.handshake.timeout", "30", "s"),
        ("incremental.snapshot.timeout", "10800", "s"),
        ("incremental.snapshot.retry.rebase.wait", "60", "s"),
        ("revert.snapshot.timeout", "10800", "s"),
    ),
    *_ints(
        -1,
        ("vm.migrate.speed", "-1", "MB/s"),
        ("vm.migrate.downtime", "-1", "ms"),
        ("vm.migrate.pauseafter", "-1", "ms"),
        ("vm.migrate.domain.flags", "-1", ""),
    ),
    *_kind(
        "bool",
        ("reboot.host.and.alert.management.on.heartbeat.timeout", "true"),
        ("rolling.maintenance.service.executor.disabled", "false"),
        ("iscsi.session.cleanup.enabled", "false"),
        ("vm.memballoon.disable", "false"),
        ("vm.diskactivity.checkenabled", "false"),
        ("vm.rng.enable", "false"),
        ("kvmclock.disable", "false"),
        ("openvswitch.dpdk.enabled", "false"),
        ("enable.manually.setting.cpu.topology.on.kvm.vm", "true"),
        ("enable.io.uring", "true"),
        ("libvirt.events.enabled", "false"),
        ("virtv2v.verbose.enabled", "false"),
        ("create.full.clone", "false"),
        ("developer", "false"),
    ),
    *_kind(
        "path",
        ("rolling.maintenance.hooks.dir", ""),
        ("agent.hooks.basedir", "/etc/cloudstack/agent/hooks"),
        ("agent.health.check.script.path", ""),
        ("qemu.sockets.path", "/var/lib/libvirt/qemu"),
        ("direct.download.temporary.download.location", "/var/lib/libvirt/images"),
        ("host.cache.location", "/var/cache/cloud"),
        ("vm.rng.path", "/dev/random"),
        ("openvswitch.dpdk.ovs.path", ""),
        ("mount.path", "/mnt"),
        ("systemvm.iso.path", ""),
        ("convert.instance.env.tmpdir", ""),
        ("convert.instance.env.virtv2v.tmpdir", ""),
    ),
    *_kind("list", ("local.storage.path", "/var/lib/libvirt/images/"), ("host.tags", "")),
    *_kind(
        "text",
        ("hypervisor.uri", ""),
        ("vm.watchdog.model", "i6300esb"),
        ("vm.video.hardware", ""),
        ("private.network.name", ""),
        ("private.macaddr.start", "00:16:3e:77:e2:a0"),
        ("private.ipaddr.start", "192.168.166.128"),
        ("control.cidr", "169.254.0.0/16"),
        ("instance", ""),
        ("domr.scripts.dir", "scripts/network/domr/kvm"),
        ("hypervisor.scripts.dir", "scripts/vm/hypervisor"),
        ("kvm.scripts.dir", "scripts/vm/hypervisor/kvm"),
        ("network.scripts.dir", "scripts/vm/network/vnet"),
        ("storage.scripts.dir", "scripts/storage/qcow2"),
        (f"{_HOOK}xml_transformer.script", "libvirt-vm-xml-transformer.groovy"),
        (f"{_HOOK}xml_transformer.shell_script", "libvirt-vm-xml-transformer.sh"),
        (f"{_HOOK}xml_transformer.method", "transform"),
        (f"{_HOOK}on_start.script", "libvirt-vm-state-change.groovy"),
        (f"{_HOOK}on_start.shell_script", "libvirt-vm-state-change.sh"),
        (f"{_HOOK}on_start.method", "onStart"),
        (f"{_HOOK}on_stop.script", "libvirt-vm-state-change.groovy"),
        (f"{_HOOK}on_stop.shell_script", "libvirt-vm-state-change.sh"),
        (f"{_HOOK}on_stop.method", "onStop"),
    ),
    *_of("setup", "add the host to its cluster with cs_host", "zone", "pod", "cluster", "resource"),
    *_of("setup", "set the global setting migratewait", "vm.migrate.wait"),
    *_of("identity", "the management server sets it when the host is added", "guid", "local.storage.uuid"),
    *_of("secret", "the management server creates it when the host is added", "keystore.passphrase"),
)
BY_NAME: t.Mapping[str, AgentKey] = {key.name: key for key in KEYS}
