"""`python -m sandbox --port 8090`: serve in the foreground, after three lines to be copied into another shell."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import itertools
import re
from pathlib import Path

from . import fleet
from .api import DEFAULT_VERSION
from .server import Sandbox
from .snapshot import fill, networks
from .surface import version_key


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="sandbox", description="An embedded CloudStack on loopback.")
    options.add_argument("--port", type=int, default=8090, help="port to listen on; 0: any free port (default: 8090)")
    options.add_argument(
        "--vms", type=int, help="start with a demo fleet: zone zurich, two KVM clusters, this many VMs"
    )
    options.add_argument("--hosts", type=int, help="number of hosts of the demo fleet (default: 8)")
    options.add_argument(
        "--networks", type=int, help="number of networks of the demo fleet, with redundant, single and VPC routers"
    )
    options.add_argument("--speed", type=float, default=1.0, help="factor by which jobs and drains are faster")
    options.add_argument("--seed", type=int, help="makes identifiers repeatable")
    options.add_argument("--version", default=DEFAULT_VERSION, help="play an older server, such as 4.15")
    options.add_argument("--snapshot", type=Path, help="start with the world of this file (python -m sandbox.snapshot)")
    given = options.parse_args()
    # Facts about releases begin with 4.11.
    if not re.match(r"4\.\d+", given.version) or version_key(given.version) < version_key("4.11"):
        options.error(f"--version {given.version}: must be 4.11 or newer, such as 4.18")
    if given.snapshot is not None and (given.vms, given.hosts, given.networks) != (None, None, None):
        options.error("--snapshot cannot be combined with --vms, --hosts or --networks")
    if given.networks is not None and given.networks < 0:
        options.error(f"--networks {given.networks}: must not be negative")
    if given.vms is not None and given.vms < 0:
        options.error(f"--vms {given.vms}: must not be negative")
    if given.hosts is not None and given.hosts < 2:
        options.error(f"--hosts {given.hosts}: the demo fleet has two clusters, so it needs at least 2 hosts")
    return given


def main() -> None:
    given = arguments()
    sandbox = Sandbox(
        port=given.port, speed=given.speed, seed=given.seed, version=given.version, snapshot=given.snapshot
    )
    if (given.vms, given.hosts, given.networks) != (None, None, None):
        hosts = 8 if given.hosts is None else given.hosts
        try:
            lines = fleet.lines(hosts, hosts * 5 if given.vms is None else given.vms, given.seed or 1)
            fill(sandbox.world, itertools.chain(lines, networks(fleet.ZONE, given.networks or 0)))
        except ValueError as error:
            raise SystemExit(f"sandbox: {error}") from None

    def announce() -> None:
        print(f"export CLOUDSTACK_ENDPOINT={sandbox.url}")
        print(f"export CLOUDSTACK_KEY={sandbox.key}")
        print(f"export CLOUDSTACK_SECRET={sandbox.secret}", flush=True)

    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(sandbox.serve(announce))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SystemExit(
                f"sandbox: port {given.port} is in use by another program; choose another port (--port, or make "
                "sandbox PORT=…), or --port 0 for any free port"
            ) from None
        if error.errno == errno.EACCES:
            raise SystemExit(
                f"sandbox: port {given.port} may not be used by this user; choose a port above 1023"
            ) from None
        raise


if __name__ == "__main__":
    main()
