# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The booted hosts of tests/hosts: they come up, lose power, reboot, and leave nothing behind."""

from __future__ import annotations

import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

from ansible import release
from hosts import Fleet, Host, slots
from hosts.groups import make
from hosts.images import CACHE

TESTS = Path(__file__).resolve().parents[1]


def test_hosts_reach_each_other_and_survive_reboots_and_power_cuts() -> None:
    with Fleet("a", "b", cards=("eth0", "eth1")) as fleet:
        a, b = fleet["a"], fleet["b"]
        b.run(f"ping -c1 -W2 {a.address}")
        b.run(f"ping -c1 -W2 {fleet.gateway}")
        assert a.run("hostname").stdout.strip() == "a"
        boots = [a.boot_id()]
        a.reboot()
        boots.append(a.boot_id())
        a.write("/root/kept", "x")
        a.power_off()
        assert not a.powered
        assert a.boot_id() == ""
        a.power_on()
        a.wait()
        boots.append(a.boot_id())
        assert len(set(boots)) == 3
        assert a.run("cat /root/kept").stdout == "x"
        a.run("ip link set eth1 up")
        a.cable("eth1", plugged=False)
        assert a.run("cat /sys/class/net/eth1/carrier").stdout.strip() == "0"
        a.run("! date --set 2020-01-01")
        # Hosts that share the groups of their units remove them for each other.
        groups = [place for host in fleet for place in make(host.directory)]
        for group in groups:
            assert any(file.read_text(encoding="utf-8") for file in (group / "payload").rglob("cgroup.procs")), group
        texts_of_archives_are_compiled_once(fleet)
        modules_run_as_in_a_new_interpreter(fleet["a"])
    assert not fleet.directory.exists()
    assert not list(Path("/sys/class/net").glob(f"hc{fleet.number}[b-]*"))
    assert not slots.processes(fleet.directory)
    assert not [group for group in groups if group.exists()]


def texts_of_archives_are_compiled_once(fleet: Fleet) -> None:
    """Each result is that of its own text, and an error names its own archive, also where the code was kept."""
    first, second = uuid.uuid4().hex, uuid.uuid4().hex  # texts that no earlier run has left compiled
    made = set()
    for name, archive, value in (
        *(("a", "one", first), ("b", "two", first), ("a", "two", second), ("b", "one", second)),
        ("a", "one", first),
    ):
        text = f"def say():\n    raise ValueError('{value}')\n"
        with zipfile.ZipFile(fleet[name].root / f"root/{archive}.zip", "w") as written:
            written.writestr("said.py", text)
        told = (
            fleet[name].run(f"PYTHONPATH=/root/{archive}.zip python3 -c 'import said; said.say()'", check=False).stderr
        )
        assert f'File "/root/{archive}.zip/said.py", line 2, in say' in told
        assert told.splitlines()[-1] == f"ValueError: {value}"
        (file,) = (file for file in (CACHE / "compiled").glob("cpython-*") if value.encode() in file.read_bytes())
        made.add(file.stat().st_ino)
    assert len(made) == 2


# What a module can tell of itself; the line that Ansible's modules have says that it is one.
SELF = f"""
import json, locale, os, resource, signal, sys
'"_ansible_version": "{release.__version__}"'
print(json.dumps({{
    "environment": {{key: value for key, value in os.environ.items() if key[:4] not in ("SSH_", "_")}},
    "place": [os.getcwd(), oct(os.umask(0)), os.getuid(), os.isatty(0)],
    "argv": sys.argv, "path": sys.path, "executable": sys.executable, "name": __name__,
    "encoding": [sys.stdout.encoding, sys.getfilesystemencoding(), locale.getpreferredencoding()],
    "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT")],
    "signals": [str(signal.getsignal(one)) for one in signal.valid_signals()],
    "files": sorted(os.listdir("/proc/self/fd")), "leads": os.getsid(0) == os.getpid() or os.getsid(0) == os.getppid(),
}}))
"""


def modules_run_as_in_a_new_interpreter(host: Host) -> None:
    """Told alike by both; only one has imported what modules import."""

    def ends(script: str, python: str, before: str = "") -> tuple[int, str, str]:
        host.write("/root/script", script)
        told = host.run(f"cd /tmp; umask 027; exec env {before} {python} < /root/script", check=False)
        return told.returncode, told.stdout, told.stderr.splitlines()[-1] if told.stderr else ""

    imported = "\nprint('ansible.module_utils.basic' in sys.modules)"
    assert ends(SELF + imported, host.python)[1].endswith("true}\nTrue\n")
    assert ends(SELF.replace(release.__version__, "2.1") + imported, host.python)[1].endswith("true}\nFalse\n")
    for script in (
        SELF,
        *(SELF + end for end in ("sys.exit(3)", "sys.exit('no')", "1 / 0", "os.kill(os.getpid(), 9)")),
    ):
        for before in ("", "A='x y'", "LC_ALL=POSIX"):
            assert ends(script, host.python, before) == ends(script, "/usr/bin/python3", before)
    # A module does not outlive what started it.
    host.write("/root/script", SELF + "import time; time.sleep(600)")
    host.run(f"timeout 1 {host.python} < /root/script; sleep 0.2")
    host.run("! pgrep -P $(systemctl show --property MainPID --value hosts-python.service)")


def test_what_a_killed_run_left_is_ended_by_the_next() -> None:
    script = (
        "import os, signal; from hosts import Fleet; f = Fleet('a').__enter__();"
        "print(f.number, f.directory, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=TESTS, stdout=subprocess.PIPE, text=True, timeout=300, check=False
    )
    assert killed.returncode == -9
    number, directory = killed.stdout.split()
    assert slots.processes(Path(directory))
    with Fleet("b"):
        assert not slots.processes(Path(directory))
        assert not Path(directory).exists()
        assert not Path(f"/sys/class/net/{slots.bridge(int(number))}").exists() or int(number) in _numbers()


def _numbers() -> set[int]:
    return {int(path.stem) for path in slots.SLOTS.glob("*.json")}
