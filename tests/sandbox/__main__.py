"""`python -m sandbox --port 8090`: serve in the foreground, after three lines that say how to sign in."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from .api import DEFAULT_VERSION
from .server import Sandbox


def main() -> None:
    options = argparse.ArgumentParser(prog="sandbox", description="An embedded CloudStack on loopback.")
    options.add_argument("--port", type=int, default=8090, help="0 takes any free port")
    options.add_argument("--speed", type=float, default=1.0, help="factor by which jobs and drains are faster")
    options.add_argument("--seed", type=int, help="makes identifiers repeatable")
    options.add_argument("--version", default=DEFAULT_VERSION, help="play an older server, such as 4.15")
    options.add_argument("--snapshot", type=Path, help="start with the world of this file (python -m sandbox.snapshot)")
    given = options.parse_args()
    sandbox = Sandbox(
        port=given.port, speed=given.speed, seed=given.seed, version=given.version, snapshot=given.snapshot
    )

    def announce() -> None:
        print(f"CLOUDSTACK_ENDPOINT={sandbox.url}")
        print(f"CLOUDSTACK_KEY={sandbox.key}")
        print(f"CLOUDSTACK_SECRET={sandbox.secret}", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(sandbox.serve(announce))


if __name__ == "__main__":
    main()
