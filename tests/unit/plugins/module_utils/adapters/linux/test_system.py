# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of disks, kernels, updates and CPUs of guests, on machines of texts and on the real one."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer, Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.system import (
    apt_updates,
    cpu_features,
    cpu_models,
    read_guest_cpu,
    read_system,
    rpm_updates,
    shared_mounts,
)
from unit.plugins.module_utils.adapters.linux.test_gateway import Texts

AGENT = "/etc/cloudstack/agent/agent.properties"
# As libvirt 9.0 writes them, shortened.
CAPABILITIES = """<domainCapabilities><cpu>
  <mode name='host-passthrough' supported='yes'/>
  <mode name='custom' supported='yes'>
    <model usable='no' vendor='Intel'>Broadwell-IBRS</model>
    <model usable='yes' vendor='AMD'>EPYC</model>
    <model usable='yes' vendor='unknown'>qemu64</model>
  </mode></cpu></domainCapabilities>"""
EXPANDED = """<cpu mode='custom' match='exact'><model fallback='forbid'>EPYC</model>
  <feature policy='require' name='aes'/><feature policy='disable' name='vme'/><feature policy='require' name='avx2'/>
</cpu>"""


class Machine(Texts):
    """A machine of texts whose files can be listed."""

    def listed(self, pattern: str) -> tuple[str, ...]:
        first, _star, last = pattern.partition("*")
        return tuple(sorted(path for path in self.files if path.startswith(first) and path.endswith(last)))

    def space(self, path: str) -> tuple[int, int, int, int, int] | None:
        return {"/": (1, 100, 50, 10, 5), "/var": (1, 100, 50, 10, 5), "/var/log": (2, 20, 1, 0, 0)}.get(path)


def test_drives_count_and_removable_ones_do_not() -> None:
    files = {"/sys/block/sda/device": "", "/sys/block/sda/size": "2000\n", "/sys/block/sda/removable": "0\n"}
    files |= {"/sys/block/sr0/device": "", "/sys/block/sr0/size": "900\n", "/sys/block/sr0/removable": "1\n"}
    files |= {"/sys/block/nvme0n1/device": "", "/sys/block/nvme0n1/size": "1000\n", "/sys/block/dm-0/size": "500\n"}
    assert read_system(Machine(files)).disk == 3000 * 512
    assert read_system(Machine()).disk is None


def test_each_file_system_is_read_once() -> None:
    assert [one.path for one in read_system(Machine()).file_systems or ()] == ["/", "/var/log"]


def test_the_kernel_that_starts_next_comes_first() -> None:
    files = dict.fromkeys([f"/boot/vmlinuz-{name}" for name in ("6.1.0-9-amd64", "6.1.0-21-amd64", "0-rescue-4f")], "")
    assert read_system(Machine(files)).kernels == ("6.1.0-21-amd64", "6.1.0-9-amd64")
    chosen = {"grubby": Answer(0, "/boot/vmlinuz-6.1.0-9-amd64\n")}
    assert (read_system(Machine(files, chosen)).kernels or ())[0] == "6.1.0-9-amd64"
    strange = {"grubby": Answer(0, "/boot/vmlinuz-5.0\n")}
    assert (read_system(Machine(files, strange)).kernels or ())[0] == "6.1.0-21-amd64"
    assert read_system(Machine()).kernels == ()


def test_updates_of_apt_and_dnf() -> None:
    apt = "NOTE: This is only a simulation!\nInst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\nConf libc6 (2.36-10)\n"
    assert apt_updates(apt) == ("libc6",)
    dnf = "\nkernel.x86_64   5.14.0-427.el9   baseos\nlibvirt-libs.x86_64  10.0.0-6  appstream\nObsoleting Packages\n"
    assert rpm_updates(dnf + "old.noarch  1  @System\n") == ("kernel", "libvirt-libs")
    assert read_system(Machine(answers={"dnf": Answer(100, dnf)}), updates=True).updates == ("kernel", "libvirt-libs")
    # What failed is not known, and nothing is asked for by itself.
    assert read_system(Machine(answers={"dnf": Answer(1, "")}), updates=True).updates is None
    quiet = Machine(answers={"apt-get": Answer(0, apt), "needs-restarting": Answer(1, "")})
    seen = read_system(quiet)
    assert (seen.updates, seen.reboot_required) == (None, False)
    assert not [asked for asked in quiet.asked if asked.startswith(("apt-get", "needs-restarting"))]
    assert read_system(quiet, updates=True).reboot_required is True


def test_modules_are_found_loaded_or_loadable() -> None:
    assert read_system(Machine({"/sys/module/vxlan": ""})).vxlan is True
    assert read_system(Machine(answers={"modprobe": Answer(1, "")})).vxlan is False
    assert read_system(Machine()).vxlan is None
    assert (
        read_system(Machine(answers={"ip link help": Answer(255, "", "TYPE := { vlan | vxlan }")})).vxlan_tool is True
    )
    assert read_system(Machine(answers={"ip link help": Answer(255, "", "TYPE := { vlan }")})).vxlan_tool is False


def test_open_vswitch_and_where_its_module_comes_from() -> None:
    answers = {"ovs-vsctl": Answer(0, "ovs-vsctl (Open vSwitch) 3.1.0\nDB Schema 8.3.1\n")}
    for path, built in (
        ("/lib/modules/6.1.0-21-amd64/kernel/net/openvswitch/openvswitch.ko", False),
        ("/lib/modules/6.1.0-21-amd64/updates/dkms/openvswitch.ko", True),
    ):
        seen = read_system(Machine(answers={**answers, "modinfo": Answer(0, path)}))
        assert (seen.openvswitch, seen.openvswitch_built) == ("3.1.0", built)
    assert read_system(Machine()).openvswitch == ""


def test_logs_are_rotated_by_a_timer_or_by_cron() -> None:
    assert read_system(Machine(answers={"systemctl": Answer(0, "enabled\n")})).logs_rotated is True
    programs = {"logrotate": Answer(0, ""), "crond": Answer(0, "")}
    assert read_system(Machine({"/etc/cron.daily/logrotate": ""}, programs)).logs_rotated is True
    # Without cron nobody starts what is there.
    assert read_system(Machine({"/etc/cron.daily/logrotate": ""}, {"logrotate": Answer(0, "")})).logs_rotated is False


def test_libvirt_is_asked_only_for_what_is_configured() -> None:
    answers = {"virsh": Answer(0, CAPABILITIES), "sh -c virsh": Answer(0, EXPANDED)}
    machine = Machine({AGENT: "guest.cpu.mode=host-model\n"}, answers)
    assert read_guest_cpu(machine).mode == "host-model"
    assert machine.asked == []
    custom = "guest.cpu.mode=custom\nguest.cpu.model=EPYC\nguest.cpu.features=aes -vme\n"
    cpu = read_guest_cpu(Machine({AGENT: custom}, answers))
    assert (cpu.features, cpu.models, cpu.offered) == (("aes", "-vme"), ("EPYC", "qemu64"), ("aes", "avx2"))


def test_answers_that_are_no_xml_tell_nothing() -> None:
    for text in ("", "error: unsupported", "<cpu>", "<domainCapabilities/>"):
        assert (cpu_models(text), cpu_features(text)) == (None, None)


def test_the_real_machine() -> None:
    seen = read_system(Linux())
    assert {one.path for one in seen.file_systems or ()} >= {"/"}
    assert all(0 <= one.free <= one.size for one in seen.file_systems or ())
    assert Linux().space("/no/such/place") is None


MOUNTS = """/dev/sda1 / ext4 rw 0 0
10.0.0.9:/primary /mnt/0d2f4a7e-8a9b-3c1d-9e2f-5a6b7c8d9e0f nfs4 rw 0 0
10.0.0.9:/iso /mnt/iso\\040images nfs rw 0 0
/dev/dm-3 /srv/primary ocfs2 rw 0 0
gl1:/vol /srv/gluster fuse.glusterfs rw 0 0
nfsd /proc/fs/nfsd nfsd rw 0 0
broken
"""


def test_mounts_of_several_hosts_are_found_without_those_of_libvirt() -> None:
    assert shared_mounts(MOUNTS) == ("/mnt/iso\\040images", "/srv/gluster", "/srv/primary")
    assert (shared_mounts(""), shared_mounts(None)) == ((), None)
