# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a KVM host where CloudStack keeps them, read on the host itself. No key leaves it."""

from __future__ import annotations

import os
import stat
import typing as t

from ...core.certificates.check import Sighting
from ...core.certificates.keystore import AUTHORITY, CERTIFICATE, KEY, KEYSTORE, PROPERTIES
from ...core.certificates.model import Certificate, CertificateUnreadable
from ...core.machine.java_properties import ENCODING, entries
from .keystore import own_certificate
from .x509 import Cryptography

LIBVIRT, VNC = "/etc/pki/libvirt", "/etc/pki/libvirt-vnc"
# place: certificate, key. What keystore-cert-import writes and links (Hosts: Security).
FILES: t.Mapping[str, tuple[str, str]] = {
    "agent": (CERTIFICATE, KEY),
    "libvirt": (f"{LIBVIRT}/servercert.pem", f"{LIBVIRT}/private/serverkey.pem"),
    "libvirt_client": (f"{LIBVIRT}/clientcert.pem", f"{LIBVIRT}/private/clientkey.pem"),
    "vnc": (f"{VNC}/server-cert.pem", f"{VNC}/server-key.pem"),
    "agent_authority": (AUTHORITY, ""),
    "libvirt_authority": ("/etc/pki/CA/cacert.pem", ""),
    "vnc_authority": (f"{VNC}/ca-cert.pem", ""),
}
PASSPHRASE = "keystore.passphrase"
MOST_BYTES = 4 * 1024 * 1024
READABLE = stat.S_IROTH | stat.S_IWOTH


class HostFiles:
    """authorities: PEM texts of the CA in force, "" where nobody says which. names: that certificates need.

    root: the folder that these paths are below. Raises MissingLibrary.
    """

    def __init__(self, host: str, authorities: str = "", names: t.Sequence[str] = (), root: str = "") -> None:
        self._host, self._root, self._names = host, root, tuple(names)
        self._reader = Cryptography()
        self._authorities = self._reader.certificates(authorities, "ca_certificates") if authorities else ()

    def sightings(self) -> tuple[Sighting, ...]:
        """Of every file that is there."""
        found = [self._file(place, *files) for place, files in FILES.items() if self._there(files[0])]
        if self._there(KEYSTORE):
            found.append(self._keystore())
        return tuple(found)

    def absent(self) -> list[str]:
        """Files that are not there."""
        paths = [*(path for path, _key in FILES.values()), KEYSTORE]
        return [path for path in paths if not self._there(path)]

    def _file(self, place: str, path: str, key: str) -> Sighting:
        text = self._read(path)
        if text is None:
            return Sighting(self._host, place, path, error="it cannot be read")
        try:
            chain = self._reader.certificates(text.decode("utf-8", "replace"), path)
        except CertificateUnreadable as error:
            return Sighting(self._host, place, path, error=error.message)
        names = () if place.endswith("authority") or place == "libvirt_client" else self._names
        fits, mode = self._key(key, chain[0]) if key else (None, "")
        return Sighting(self._host, place, path, chain[0], "", fits, self._of_authority(place, chain), mode, names)

    def _key(self, path: str, certificate: Certificate) -> tuple[t.Optional[bool], str]:
        """Whether it fits, and its mode where others may read it. A key that cannot be read fits nothing."""
        content = self._read(path)
        if content is None:
            return (None if not self._there(path) else False), ""
        try:
            fits = self._reader.key(content.decode("utf-8", "replace"), path).fits(certificate)
        except CertificateUnreadable:
            fits = False
        mode = stat.S_IMODE(os.stat(self._root + path).st_mode)
        return fits, f"{mode:04o}" if mode & READABLE else ""

    def _keystore(self) -> Sighting:
        content = self._read(KEYSTORE)
        if content is None:
            return Sighting(self._host, "keystore", KEYSTORE, error="it cannot be read")
        try:
            held = own_certificate(content, self._passphrase(), KEYSTORE)
        except CertificateUnreadable as error:
            return Sighting(self._host, "keystore", KEYSTORE, error=error.message)
        return Sighting(self._host, "keystore", KEYSTORE, held, of_authority=self._of_authority("keystore", (held,)))

    def _passphrase(self) -> str:
        text = (self._read(PROPERTIES) or b"").decode(ENCODING)
        found = [each.value for each in entries(text) if each.key == PASSPHRASE]
        return found[-1].strip() if found else ""

    def _of_authority(self, place: str, chain: t.Sequence[Certificate]) -> t.Optional[bool]:
        """A CA file is right where it holds the CA in force among others."""
        if not self._authorities:
            return None
        if place.endswith("authority"):
            return any(each.fingerprint == own.fingerprint for each in chain for own in self._authorities)
        return any(self._reader.issued(chain[0], own) for own in self._authorities)

    def _there(self, path: str) -> bool:
        return os.path.lexists(self._root + path)

    def _read(self, path: str) -> t.Optional[bytes]:
        try:
            with open(self._root + path, "rb") as file:
                return file.read(MOST_BYTES)
        except OSError:
            return None
