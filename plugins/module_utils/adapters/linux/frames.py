# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends and receives whole frames on interfaces, below whatever bridges and VLANs are on these. Leaves nothing."""

from __future__ import annotations

import ctypes
import errno
import select
import socket
import struct
import typing as t

from ...core.errors import HostcraftError
from ...core.trunks.probe import ETHERTYPE, TAGGED

# Of linux/if_packet.h, which Python does not name.
_LEVEL, _MEMBERSHIP, _AUXILIARY, _PROMISCUOUS = 263, 1, 8, 1
_TAG_IS_VALID = 1 << 4
_STATUS = struct.Struct("=IIIHHHH")  # tpacket_auxdata
_ATTACH_FILTER = 26
_LARGEST = 256
_AT_ONCE = 256  # frames of an interface that are read before anything else is done


def _program() -> bytes:
    """Classic BPF: frames of the probe only, their tag still in them or not."""
    load, equal, end = 0x28, 0x15, 0x06
    steps = [
        (load, 0, 0, 12),
        (equal, 3, 0, ETHERTYPE),
        (equal, 0, 3, TAGGED),
        (load, 0, 0, 16),
        (equal, 0, 1, ETHERTYPE),
        (end, 0, 0, _LARGEST),
        (end, 0, 0, 0),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class Wire:
    """Interfaces as one: what is sent leaves by each. Use it in ``with``."""

    def __init__(self, interfaces: t.Sequence[str]) -> None:
        self._interfaces = interfaces
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Wire:
        for name in self._interfaces:
            try:
                self._sockets.append(_opened(name))
            except OSError as error:
                self.__exit__()
                raise HostcraftError(f"interface {name}: {error.strerror}; run the task as root") from error
        return self

    def __exit__(self, *_error: object) -> None:
        for each in self._sockets:
            each.close()

    def send(self, frame: t.Callable[[bytes], bytes]) -> None:
        """frame: the frame for a source address."""
        for name, each in zip(self._interfaces, self._sockets):
            try:
                each.send(frame(each.getsockname()[4][:6]))
            except OSError as error:
                # A card that is busy for a moment loses one, as a switch may.
                if error.errno not in (errno.EAGAIN, errno.ENOBUFS):
                    raise _useless(name, error) from error

    def arrived(self, seconds: float) -> t.Iterator[tuple[bytes, t.Optional[int]]]:
        """Frames that came meanwhile, each with the tag that the kernel took out of it; the rest at the next time."""
        ready = select.select(self._sockets, [], [], max(0.0, seconds))[0]
        for name, each in zip(self._interfaces, self._sockets):
            for _number in range(_AT_ONCE if each in ready else 0):
                try:
                    data, auxiliary, _flags, address = each.recvmsg(_LARGEST, socket.CMSG_SPACE(_STATUS.size))
                except BlockingIOError:
                    break
                except OSError as error:
                    raise _useless(name, error) from error
                if address[2] != socket.PACKET_OUTGOING:
                    yield data, _tag(auxiliary)


def _useless(name: str, error: OSError) -> HostcraftError:
    return HostcraftError(f"interface {name}: {error.strerror}; activate it")


def _opened(name: str) -> socket.socket:
    # Without a protocol nothing comes before the filter is there.
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        program = ctypes.create_string_buffer(_program())
        place = struct.pack("HP", len(program) // 8, ctypes.addressof(program))
        opened.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, place)
        opened.setsockopt(_LEVEL, _AUXILIARY, 1)
        opened.bind((name, 3))  # ETH_P_ALL
        index = socket.if_nametoindex(name)
        opened.setsockopt(_LEVEL, _MEMBERSHIP, struct.pack("iHH8s", index, _PROMISCUOUS, 0, b""))
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened


def _tag(auxiliary: t.Iterable[tuple[int, int, bytes]]) -> t.Optional[int]:
    for level, kind, data in auxiliary:
        if (level, kind) == (_LEVEL, _AUXILIARY) and len(data) >= _STATUS.size:
            status, *_rest, tag, _protocol = _STATUS.unpack(data[: _STATUS.size])
            if status & _TAG_IS_VALID:
                return int(tag)
    return None
