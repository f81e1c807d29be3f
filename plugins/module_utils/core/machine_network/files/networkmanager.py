# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connection of NetworkManager defines: a keyfile, or an ifcfg file of EL 8 and before.

Source: nm-settings-keyfile(5), nm-settings-ifcfg-rh(5).
"""

from __future__ import annotations

import typing as t

from .definition import Condition, Definition, mac_of, named, unquoted
from .ini import flat, sections

IFCFG = "/etc/sysconfig/network-scripts/ifcfg-"
CARDS = ("ethernet", "802-3-ethernet", "")
Values = t.Mapping[str, str]


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    return _ifcfg(path, text) if path.startswith(IFCFG) else _keyfile(path, text)


def _keyfile(path: str, text: str) -> tuple[Definition, ...]:
    found = sections(text)
    values = {**dict(flat(found))}
    kind = values.get("connection.type", "")
    if not values or not any(key.startswith("connection.") for key in values):
        return ()
    if values.get(".nmmeta.nm-generated") == "true":  # for an interface that somebody else has set up
        return ()
    name = values.get("connection.interface-name", "")
    made = name if kind not in CARDS and kind not in ("loopback", "wifi", "802-11-wireless", "infiniband") else ""
    match = (*(named(name) if name else ()), *_matches(values))
    automatic = values.get("connection.autoconnect", "true").lower() not in ("false", "no", "0")
    # A connection for cards that names none, or only such as it is not for, is for any card.
    if kind in CARDS and all(one.negated for one in match):
        match = (*match, Condition("card", ("card",)))
    return (
        Definition(
            path,
            "connection",
            match,
            makes=made,
            settings=flat(found),
            automatic=automatic,
        ),
    )


def _matches(values: Values) -> t.Iterator[Condition]:
    """[match], and MAC addresses of the card."""
    for section in ("ethernet", "802-3-ethernet"):
        mac = mac_of(values.get(f"{section}.mac-address", ""))
        if mac:
            yield Condition("permanent", (mac,))
        words = [values.get(f"{section}.mac-address-{kind}", "") for kind in ("blacklist", "denylist")]
        denied = [mac_of(word) for word in ";".join(words).split(";") if word]
        if denied:
            yield Condition("permanent", tuple(denied), True)
    for key, kind in (("interface-name", "name"), ("driver", "driver"), ("path", "path")):
        words = [word.strip().lstrip("|&") for word in values.get(f"match.{key}", "").split(";") if word.strip()]
        right = tuple(word for word in words if not word.startswith("!"))
        wrong = tuple(word[1:] for word in words if word.startswith("!"))
        if right:
            yield Condition(kind, right)
        if wrong:
            yield Condition(kind, wrong, True)
    for key in ("kernel-command-line", "proc-cmdline"):
        if f"match.{key}" in values:
            yield Condition("unknown", ("*",))


def _ifcfg(path: str, text: str) -> tuple[Definition, ...]:
    pairs = [line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#")]
    settings = tuple((key.strip(), unquoted(value)) for key, _equals, value in pairs)
    values = dict(settings)
    if values.get("DEVICE", "") == "lo" or not settings:
        return ()
    mac = mac_of(values.get("HWADDR", ""))
    name = values.get("DEVICE") or ("" if mac else path[len(IFCFG) :])
    match = (*(named(name) if name else ()), *((Condition("permanent", (mac,)),) if mac else ()))
    made = values.get("TYPE", "").lower() in ("bridge", "bond", "vlan", "team") or values.get("VLAN") == "yes"
    automatic = values.get("ONBOOT", "no").lower() in ("yes", "true", "1")
    return (Definition(path, "DEVICE", match, makes=name if made else "", settings=settings, automatic=automatic),)
