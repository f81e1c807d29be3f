# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts for what is no Python test: ``python -m hosts up NAME…`` prints their inventory, ``down NUMBER`` ends them.

Usage: hosts up [--packages SET] [--release RELEASE] [--cards eth0,eth1] NAME…  (JSON: number, gateway, inventory)
       hosts down NUMBER
       hosts build [--release RELEASE]       images and packages only, so that the first test does not wait for them
"""

from __future__ import annotations

import argparse
import json
import sys

from . import images, slots
from .fleet import Fleet


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="hosts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up, down, build = (commands.add_parser(name) for name in ("up", "down", "build"))
    up.add_argument("--packages", default="base", choices=sorted(images.SETS))
    up.add_argument("--cards", default="eth0")
    up.add_argument("names", nargs="+")
    down.add_argument("number", type=int)
    for parsed in (up, build):
        parsed.add_argument("--release", default="bookworm", choices=sorted(images.RELEASES))
    given = parser.parse_args(arguments)
    if given.command == "up":
        fleet = Fleet(
            *given.names, packages=given.packages, release=given.release, cards=given.cards.split(","), lasting=True
        )
        with_hosts = fleet.__enter__()  # ended by ``down``, or by itself where booting fails
        told = {"number": with_hosts.number, "gateway": with_hosts.gateway, "inventory": with_hosts.inventory()}
        print(json.dumps(told, indent=1))
    elif given.command == "down":
        slots.end(given.number)
    else:
        for packages in images.SETS:
            print(images.image(packages, given.release))
        print(images.repository(given.release))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
