# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``agent.properties`` as desired state: what is wanted is checked, compared by meaning, and set line by line.

Comments, order, line ends, and every key that nobody asked about stay as they are. The format is java.util.Properties'.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason, Refused
from ..naming import nearest
from .agent_keys import BRIDGE_VIF, BY_NAME, DIRECT_VIF, OVS_VIF, AgentKey
from .java_properties import Entry, entries, entry_of, parse, text_of

PATH = "/etc/cloudstack/agent/agent.properties"
# Of ``indirect.agent.lb.algorithm``; without one the agent never returns to its preferred server (cs#3895).
ALGORITHMS = ("static", "roundrobin", "shuffle")
SECRET = re.compile(r"passphrase|password|secret|token", re.IGNORECASE)
# As the package ships them. An agent without a guid, whose server is itself, adds no host back (cs#4218, cs#13719).
# local.storage.uuid stays: libvirt knows the pool on this path by it, and refuses a second one there.
UNKNOWN_HOST: t.Mapping[str, t.Optional[str]] = {
    "guid": "",
    "host": "localhost",
    "zone": "default",
    "pod": "default",
    "cluster": "default",
    "keystore.passphrase": None,
}
LOCAL_PATH, LOCAL_UUID = "local.storage.path", "local.storage.uuid"
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_SAMPLE = re.compile(r"#\s*(?P<key>[A-Za-z][\w.]*)\s*=")


@dataclass(frozen=True)
class PropertiesChange:
    """text: the whole file afterwards. before, after: the keys that change; None where there is none; no secrets."""

    text: str
    before: t.Mapping[str, t.Optional[str]]
    after: t.Mapping[str, t.Optional[str]]

    @property
    def changed(self) -> bool:
        return bool(self.after)


def shown(properties: t.Mapping[str, str]) -> dict[str, str]:
    """What may be told of a file: everything but secrets."""
    return {key: value for key, value in properties.items() if not secret(key)}


def secret(key: str) -> bool:
    known = BY_NAME.get(key)
    return (known is not None and known.owner == "secret") or SECRET.search(key) is not None


def checked(wanted: t.Mapping[str, t.Any], allow_unknown: bool = False) -> dict[str, t.Optional[str]]:
    """Wanted values as the file's texts; None: without the key. Raises InvalidValue, Refused with every reason."""
    values = {key: _text(key, value, allow_unknown) for key, value in wanted.items()}
    reasons = list(_contradictions(values))
    if reasons:
        raise Refused("agent.properties", reasons)
    return values


def _text(key: str, value: t.Any, allow_unknown: bool) -> t.Optional[str]:
    known = BY_NAME.get(key)
    if known is None:
        if not allow_unknown:
            near = nearest(key, BY_NAME)
            raise InvalidValue("properties", key, f"a key of the agent, such as {' or '.join(near or ['workers'])}")
        if not _WORD.fullmatch(key):
            raise InvalidValue("properties", key, "a key of letters, digits, dots, dashes and underscores")
        known = AgentKey(key)
    if known.owner != "operator":
        raise InvalidValue("properties", key, f"a key that operators may set ({key}: {known.instead})")
    if value is None:
        return None
    text = _joined(known, value)
    if not text.isprintable():
        raise InvalidValue(key, value, "one line of printable text")
    wrong = _wrong(known, text)
    if wrong:
        raise InvalidValue(key, value, wrong)
    return text


def _joined(key: AgentKey, value: t.Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return (" " if key.kind == "words" else ",").join(str(item).strip() for item in value)
    text = str(value).strip()
    return text.lower() if key.kind == "bool" else text


def _wrong(key: AgentKey, text: str) -> str:
    """What would be right; "" where it is."""
    if key.kind == "int":
        return _wrong_number(key, text)
    if key.kind == "bool":
        return "" if text in ("true", "false") else "true or false"
    if key.kind == "choice":
        return "" if text in key.choices else f"one of {', '.join(key.choices)}"
    if key.kind == "path":
        return "" if text.startswith("/") else "an absolute path"
    if key.kind == "device":
        return "" if re.fullmatch(r"[^\s/:]{1,15}", text) else "the name of an interface, at most 15 characters"
    return _wrong_hosts(text) if key.kind == "hosts" else ""


def _wrong_number(key: AgentKey, text: str) -> str:
    bounds = f"{key.least}" + (f" to {key.most}" if key.most is not None else " or more")
    right = f"a whole number of {bounds}" + (f" ({key.unit})" if key.unit else "")
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        return right
    number = int(text)
    low = key.least is not None and number < key.least
    return right if low or (key.most is not None and number > key.most) else ""


def _wrong_hosts(text: str) -> str:
    right = f"addresses separated by commas, and @ with one of {', '.join(ALGORITHMS)}"
    names, algorithm = hosts_of(text)
    good = all(re.fullmatch(r"[\w.:-]+", name) for name in names) and len(set(names)) == len(names)
    return "" if names and good and algorithm in ("", *ALGORITHMS) else right


def hosts_of(text: str) -> tuple[tuple[str, ...], str]:
    """ "10.0.0.5,10.0.0.6@roundrobin" → its addresses and the algorithm, "" where none is said."""
    names, _at, algorithm = text.partition("@")
    return tuple(name.strip() for name in names.split(",") if name.strip()), algorithm.strip()


def _contradictions(values: t.Mapping[str, t.Optional[str]]) -> t.Iterator[Reason]:
    """Keys that are right each by itself and wrong together."""
    mode, model = values.get("guest.cpu.mode"), values.get("guest.cpu.model")
    if mode == "custom" and not model:
        yield Reason(
            "cpu_model_missing",
            "guest.cpu.mode=custom needs guest.cpu.model",
            "set guest.cpu.model to a model that all hosts support",
        )
    if model and mode not in (None, "custom"):
        yield Reason("cpu_model_unused", f"guest.cpu.model={model} has an effect only with guest.cpu.mode=custom")
    reserved, beyond = values.get("host.reserved.mem.mb"), values.get("host.overcommit.mem.mb")
    if int(reserved or 0) and int(beyond or 0):
        yield Reason(
            "memory_both_ways",
            f"host.reserved.mem.mb={reserved} and host.overcommit.mem.mb={beyond} are mutually exclusive",
            "set one of them to 0",
        )
    driver, bridges = values.get("libvirt.vif.driver"), values.get("network.bridge.type") or "native"
    if driver in (BRIDGE_VIF, OVS_VIF) and (driver == OVS_VIF) != (bridges == "openvswitch"):
        yield Reason("vif_driver", f"libvirt.vif.driver={driver} does not work with network.bridge.type={bridges}")
    if values.get("network.direct.device") and driver != DIRECT_VIF:
        yield Reason(
            "direct_unused", "network.direct.device has an effect only with the driver", f"set it to {DIRECT_VIF}"
        )


def same(key: str, wanted: t.Optional[str], held: t.Optional[str]) -> bool:
    """Whether a value is there already, by meaning."""
    if wanted is None or held is None:
        return wanted is held
    kind = BY_NAME[key].kind if key in BY_NAME else "text"
    if kind == "int" and re.fullmatch(r"[+-]?\d+", held):
        return int(wanted) == int(held)
    if kind == "bool":
        return wanted == held.lower()
    if kind == "words":
        return set(wanted.split()) == set(held.split())
    return _same_hosts(wanted, held) if kind == "hosts" else wanted == held


def _same_hosts(wanted: str, held: str) -> bool:
    """The management server sends each agent the list in an order of its own, but for the algorithm ``static``."""
    names, algorithm = hosts_of(wanted)
    there, theirs = hosts_of(held)
    if algorithm in ("roundrobin", "shuffle"):
        names, there = tuple(sorted(names)), tuple(sorted(there))
    return (names, algorithm) == (there, theirs)


def decide_agent(
    text: str, wanted: t.Mapping[str, t.Optional[str]], new_uuid: t.Callable[[], object]
) -> PropertiesChange:
    """The file with the wanted values (of ``checked``), and what the agent needs beside them."""
    return decide(text, {**wanted, **dict(_beside(wanted, parse(text), new_uuid))})


def _beside(
    wanted: t.Mapping[str, t.Optional[str]], held: t.Mapping[str, str], new_uuid: t.Callable[[], object]
) -> t.Iterator[tuple[str, str]]:
    """Values that follow from the wanted ones and from what the file holds."""
    servers = wanted.get("host")
    algorithm = hosts_of(held.get("host", ""))[1]
    # The management server writes its algorithm behind its list: without it, every run would restart the agent.
    if servers and algorithm and not hosts_of(servers)[1]:
        yield "host", f"{servers}@{algorithm}"
    if LOCAL_PATH in wanted:
        default = BY_NAME[LOCAL_PATH].default
        paths, uuids = _parts(wanted[LOCAL_PATH] or default), _parts(held.get(LOCAL_UUID, ""))
        # An agent with more or fewer UUIDs than paths does not start. Of one path without a UUID it makes one.
        if len(paths) > 1 or len(uuids) > 1:
            known = dict(zip(map(_plain_path, _parts(held.get(LOCAL_PATH) or default)), uuids))
            yield LOCAL_UUID, ",".join(known.get(_plain_path(path)) or str(new_uuid()) for path in paths)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _plain_path(path: str) -> str:
    return path.rstrip("/") or "/"


def decide(text: str, wanted: t.Mapping[str, t.Optional[str]]) -> PropertiesChange:
    """The file with the wanted values, of ``checked`` or any others; what is right already keeps its line."""
    held = parse(text)
    differing = {key: value for key, value in wanted.items() if not same(key, value, held.get(key))}
    hidden = {key: "(hidden)" for key in differing if secret(key)}
    return PropertiesChange(
        text=text_of(_set(entries(text), differing), text) if differing else text,
        before={key: hidden.get(key, held[key]) if key in held else None for key in differing},
        after={key: value and hidden.get(key, value) for key, value in differing.items()},
    )


def _set(found: t.Sequence[Entry], wanted: t.Mapping[str, t.Optional[str]]) -> list[Entry]:
    last = {entry.key: index for index, entry in enumerate(found) if entry.key in wanted}
    # A new key goes below the sample that the package ships of it.
    samples: dict[str, int] = {}
    for index, entry in enumerate(found):
        match = _SAMPLE.match(entry.lines[0]) if not entry.key else None
        if match and match["key"] in wanted and match["key"] not in last:
            samples[match["key"]] = index
    after = {index: key for key, index in samples.items()}
    result: list[Entry] = []
    for index, entry in enumerate(found):
        if entry.key not in wanted:
            result.append(entry)
        elif last[entry.key] == index:
            result += _line(entry.key, wanted[entry.key])
        if index in after:
            result += _line(after[index], wanted[after[index]])
    for key, value in wanted.items():
        if key not in last and key not in samples:
            result += _line(key, value)
    return result


def _line(key: str, value: t.Optional[str]) -> list[Entry]:
    return [] if value is None else [entry_of(key, value)]


def forgotten(text: str) -> PropertiesChange:
    """The file of a host that no management server knows; keys that are not there are not added."""
    held = parse(text)
    return decide(text, {key: value for key, value in UNKNOWN_HOST.items() if key in held})
