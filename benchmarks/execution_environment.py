# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: built by ansible-builder and podman, and jobs in its containers by ansible-runner.

Two machines have the image as their file system, as nodes that are reached by ssh.

The base is the Debian tree of booted test hosts (mmdebstrap), and the collection that of this checkout: no registry and
no Galaxy is asked. Needs root, podman and runc. Run: make execution-environment
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from hosts import Fleet, images
from hosts.host import Host
from integration.awx.jobs import Awx, artifacts, told
from integration.maintenance.site import build, notes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

DEFINITION = ROOT / "extensions" / "execution_environment" / "execution-environment.yml"
BASE, IMAGE = "localhost/hostcraft-debian", "localhost/hostcraft-cloudstack-ee:test"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
COLLECTIONS = "/usr/share/ansible/collections/ansible_collections"
# Its kernel may have no pure cgroup v2, which crun wants; limits that an image asks for may be above those of root.
CONTAINERS = """[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=4096:8192", "nproc=4096:8192"]
"""


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}"
    return done.stdout


def told_time(what: str, since: float) -> None:
    print(f"{what}: {time.monotonic() - since:.0f} s", flush=True)


def base(tree: Path) -> str:
    """Its image, which is imported once: the name of the tree tells how it was made."""
    name = f"{BASE}:{tree.name}"
    if subprocess.run(["podman", "image", "exists", name], check=False).returncode:
        tar = subprocess.Popen(["tar", "-C", str(tree), "-c", "."], stdout=subprocess.PIPE)
        command = ["podman", "import", "--quiet", "-", name]
        subprocess.run(command, stdin=tar.stdout, stdout=subprocess.DEVNULL, check=True)
        assert tar.wait() == 0
    return name


def machine(folder: Path, tree: Path) -> list[str]:
    """Volumes of the build with this machine's mirrors and authorities, which the image shall not have."""
    settings = {
        name.lower().removeprefix("pip_").replace("_", "-"): os.environ[name]
        for name in ("PIP_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT")
        if name in os.environ
    }
    if Path(AUTHORITIES).exists():
        settings["cert"] = "/etc/authorities.crt"
    (folder / "pip.conf").write_text(
        "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8"
    )
    volumes = {
        tree / "etc/apt/sources.debian": "/etc/apt/sources.list",
        folder / "pip.conf": "/etc/pip.conf",
    }
    if "cert" in settings:
        volumes[Path(AUTHORITIES)] = settings["cert"]
    return [f"--volume={here}:{there}:ro" for here, there in volumes.items()]


def collections(folder: Path) -> None:
    """This collection as Galaxy would install it, and those that it depends on, from `make collections`."""
    built = run("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(folder)).split()[-1]
    run(
        "ansible-galaxy",
        "collection",
        "install",
        built,
        "--no-deps",
        "--force",
        "--collections-path",
        str(folder / "all"),
    )
    there = ROOT / ".venv" / "collections" / "ansible_collections"
    for name in yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["dependencies"]:
        its = name.replace(".", "/")
        shutil.copytree(there / its, folder / "all" / "ansible_collections" / its)


def definition(folder: Path, image: str) -> Path:
    """The one that is shipped, with another base and with collections that are copied instead of asked for."""
    its: dict[str, Any] = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    its["images"]["base_image"]["name"] = image
    del its["dependencies"]["galaxy"]
    its["dependencies"]["system"] = str(ROOT / "bindep.txt")
    its["additional_build_files"] = [{"src": str(folder / "all" / "ansible_collections"), "dest": "collections"}]
    its["additional_build_steps"]["append_base"] = [f"COPY _build/collections/ {COLLECTIONS}/"]
    shutil.copy(DEFINITION.parent / "requirements.txt", folder)
    target = folder / "execution-environment.yml"
    target.write_text(yaml.safe_dump(its), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """A new one, or the one that IMAGE names."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made, pytest.MonkeyPatch.context() as patch:
        folder = Path(made)
        (folder / "containers.conf").write_text(CONTAINERS, encoding="utf-8")
        patch.setenv("CONTAINERS_CONF", str(folder / "containers.conf"))
        if "IMAGE" in os.environ:
            yield os.environ["IMAGE"]
            return
        start = time.monotonic()
        tree = images.image("base")
        name = base(tree)
        told_time("base imported", start)
        collections(folder)
        builder = ROOT / ".venv" / "builder" / "bin" / "ansible-builder"
        run(str(builder), "create", "--file", str(definition(folder, name)), "--context", str(folder / "context"))
        start = time.monotonic()
        run(
            "podman",
            "build",
            "--isolation",
            "chroot",
            "--network",
            "host",
            *machine(folder, tree),
            "--tag",
            IMAGE,
            str(folder / "context"),
        )
        told_time("image built", start)
        size = json.loads(run("podman", "image", "inspect", IMAGE))[0]["Size"]
        print(f"size: {size / 1e6:.0f} MB", flush=True)
        yield IMAGE


@pytest.fixture
def awx(image: str, tmp_path: Path) -> Iterator[Awx]:
    with Sandbox(seed=1, speed=2.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=3, vms=3)
        box.calls.clear()
        yield Awx(box, site, tmp_path, image=image)


ROLL = {"rolling_maintenance_clusters": "c1", "rolling_maintenance_spare_hosts": "0", "rolling_maintenance_hosts": ""}


def test_the_image_has_what_the_collection_can_use(image: str) -> None:
    modules = "requests, jinja2, vl_convert, pyVmomi, XenAPI, pyghmi, sushy, pymysql, cryptography, libvirt"
    start = time.monotonic()
    run("podman", "run", "--rm", image, "python3", "-c", f"import {modules}")
    told_time("container", start)
    assert "core 2.19.14" in run("podman", "run", "--rm", image, "ansible", "--version")
    listed = run("podman", "run", "--rm", image, "ansible-galaxy", "collection", "list", "--format", "json")
    assert "hostcraft.cloudstack" in listed


def test_a_zone_is_shown_in_a_container(awx: Awx) -> None:
    start = time.monotonic()
    job = awx.job("show_zone", answers={"show_zone": "z1"})
    told_time("show_zone in a container", start)
    assert (job.status, job.rc) == ("successful", 0), told(job)
    assert "cluster c1" in told(job)


def migrations(awx: Awx, seconds: float) -> None:
    """How long each takes from now on."""
    awx.box.run(lambda world: world.durations.update(migration=seconds))


def contended(awx: Awx, roll: Callable[[str, dict[str, Any]], Any]) -> str:
    """What the second of two rolls of a cluster is told; a third one waits for the first and rolls after it.

    roll: runs the job of a name.
    """
    jobs: dict[str, Any] = {}
    start = time.monotonic()

    def begin(name: str, **more: Any) -> None:
        jobs[name] = roll(name, more)

    migrations(awx, 20.0)
    first = threading.Thread(target=begin, args=("first",))
    first.start()
    while not awx.box.run(notes):
        assert first.is_alive(), told(jobs["first"])
        time.sleep(0.2)
    begin("refused")
    assert first.is_alive(), "the second job did not run beside the first"
    migrations(awx, 0.2)
    begin("waits", rolling_maintenance_lock_wait=600)
    first.join()
    told_time("three rolls of 3 hosts, one refused, one waiting", start)
    ends = {name: job.status for name, job in jobs.items()}
    assert ends == {"first": "successful", "refused": "failed", "waits": "successful"}, told(jobs["waits"])
    assert awx.box.calls.counts["prepareHostForMaintenance"] == 2 * 3
    assert awx.box.run(notes) == []
    refusal: str = re.findall(r"\S+ has held its lock for \d+ s \([^;)]*", told(jobs["refused"]))[0]
    print(refusal, flush=True)
    return refusal


@pytest.mark.parametrize("numbered", [True, False], ids=["AWX", "without AWX"])
def test_two_containers_do_not_roll_one_cluster_at_once(awx: Awx, numbered: bool) -> None:
    """Both have the same host name, and their processes the same numbers."""
    awx.numbered = numbered
    plan = awx.job("rolling_maintenance", check=True, answers=ROLL)
    assert plan.status == "successful", told(plan)
    approved = {**ROLL, **artifacts(plan)}
    refusal = contended(awx, lambda _name, more: awx.job("rolling_maintenance", answers={**approved, **more}))
    assert refusal.endswith("(AWX job 26") is numbered
    assert ("(process " in refusal) is not numbered


NODE = "/srv/image"


@pytest.fixture
def nodes(image: str, tmp_path: Path) -> Iterator[Fleet]:
    """Two booted machines, each with the files of the image in a directory."""
    name = run("podman", "create", image).split()[-1]
    run("podman", "export", "--output", str(tmp_path / "image.tar"), name)
    run("podman", "rm", name)

    def prepare(_name: str, root: Path) -> None:
        (root / NODE.lstrip("/")).mkdir()
        run("tar", "-x", "-f", str(tmp_path / "image.tar"), "-C", str(root / NODE.lstrip("/")))

    with Fleet("node1", "node2", prepare=prepare) as fleet:
        (tmp_path / "image.tar").unlink()
        for host in fleet:
            host.run(f"mount -t proc proc {NODE}/proc && mount --rbind /dev {NODE}/dev && cp /etc/hosts {NODE}/etc")
        yield fleet


def reached(host: Host, port: int) -> list[str]:
    """The command that starts another one in the image on a machine, which reaches this machine's port as its own."""
    back = f"{port}:127.0.0.1:{port}"
    return ["ssh", *host.ssh_options, "-R", back, f"root@{host.address}", "chroot", NODE]


def test_two_nodes_do_not_roll_one_cluster_at_once(awx: Awx, nodes: Fleet) -> None:
    """Each node has only what comes over ssh, and knows nothing of the other."""

    def roll(name: str, more: dict[str, Any]) -> Any:
        host = nodes["node1" if name == "first" else "node2"]
        return awx.elsewhere("rolling_maintenance", {**ROLL, **more}, node=reached(host, awx.box.port))

    refusal = contended(awx, roll)
    assert refusal.startswith("root@node1 has held")
    assert refusal.endswith("(AWX job 25")
