# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of system VM templates: a release often goes on with the template of an older one.

The package's metadata.ini names it; a server that has registered it writes the name into ``router.template.KIND``, and
its version into ``minreq.sysvmtemplate.version`` (SystemVmTemplateRegistration).
"""

from __future__ import annotations

import re
import typing as t

from ..servers.release import Release, release, words
from .facts import Facts, Kind

WITH_ARCH: Release = (4, 20, 0, 0)
MINIMUM = "minreq.sysvmtemplate.version"
# As templates, metadata.ini and settings write them.
WORDS = frozenset(("kvm", "vmware", "xenserver", "hyperv", "lxc", "ovm3"))
# Where it is not the release's own. Sources: Upgrade452to460, Upgrade41000to41100, Upgrade41510to41520 and its like, of
# which those to 4.12.0, 4.13, 4.14.1, 4.15.2, 4.19.2 and 4.19.3 update no templates; OfficialSystemVMTemplate (4.11.3);
# Upgrade41600to41610; apache/cloudstack 3614, 12934; apache/cloudstack-documentation 87. 4.12.0 follows 4.11.2.
VERSIONS: t.Mapping[str, str] = {
    **dict.fromkeys(("4.9.0", "4.9.1", "4.9.2", "4.9.3"), "4.6"),
    "4.10.0": "4.10",
    "4.11.0": "4.11",
    "4.12.0": "4.11.2",
    "4.13.0": "4.11.3",
    "4.13.1": "4.11.3",
    "4.14.1": "4.14.0",
    "4.15.2": "4.15.1",
    "4.16.1": "4.16.0",
    "4.19.2": "4.19.1",
    "4.19.3": "4.19.1",
    "4.20.3": "4.20.2",
}
_VERSION = re.compile(r"-(\d+(?:\.\d+)+)", re.ASCII)


def section(kind: Kind) -> str:
    """As metadata.ini names it: kvm has a section for each architecture since 4.20."""
    word = kind.hypervisor.casefold()
    return f"{word}-{kind.arch or 'x86_64'}" if word == "kvm" else word


def name_of(kind: Kind, to: Release) -> str:
    """The name under which the server looks for it, as far as the release says it."""
    word, own = kind.hypervisor.casefold(), words(to).rpartition(".")[0]
    arch = f"-{kind.arch or 'x86_64'}" if to >= WITH_ARCH else ""
    return f"systemvm-{word}-{VERSIONS.get(own, own)}{arch}"


def shipped_name(facts: Facts, kind: Kind) -> str:
    """The name in the package's metadata, "" where that was not read."""
    held = {each.kind: each.name for node in facts.nodes for each in node.shipped or ()}
    return held.get(section(kind)) or held.get(kind.hypervisor.casefold()) or ""


def names(facts: Facts, kind: Kind) -> tuple[str, ...]:
    """Under each of which the template may be there; the first is the one to ask for."""
    shipped, own = shipped_name(facts, kind), name_of(kind, facts.to)
    old = release(facts.database.version)
    if old is None or old < facts.to:
        return (shipped or own,)
    return tuple(dict.fromkeys(each for each in (shipped, own, _set(facts, kind, shipped)) if each))


def name(facts: Facts, kind: Kind) -> str:
    """The one that is there, or the one to ask for."""
    held = {each.name for each in facts.database.templates}
    may = names(facts, kind)
    return ([each for each in may if each in held] or [*may])[0]


def _set(facts: Facts, kind: Kind, shipped: str) -> str:
    """The one of the settings, if the registration that this release makes has written them; "" otherwise."""
    settings = facts.database.settings
    found = settings.get(f"router.template.{kind.hypervisor.casefold()}", "")
    minimum = release(settings.get(MINIMUM, ""))
    match = _VERSION.search(shipped)
    expected = release(match.group(1)) if match else None
    if minimum is None or (minimum[:3] != expected[:3] if expected else minimum[:2] != facts.to[:2]):
        return ""
    # One setting for all architectures: it names the last one that was registered.
    of_arch = ("", kind.arch or "x86_64")
    return found if any(each.name == found and each.arch in of_arch for each in facts.database.templates) else ""
