# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's own encryption: texts that its classes encrypted, and round trips.

vectors.json was made by the real classes. An independent reading of what is encrypted here is OpenSSL's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.encryption import Undecryptable
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.forms import V1, V2
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

VECTORS: list[dict[str, str]] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)
KEYS = {V1: ASCII, V2: st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)}


def test_there_are_all_fourteen() -> None:
    assert (len(VECTORS), {each["version"] for each in VECTORS}) == (14, {V1, V2})


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['version']} {vector['encrypted'][:8]}")
def test_what_the_real_classes_encrypted_is_read(vector: dict[str, str]) -> None:
    assert encryption.decrypt(vector["version"], vector["key"], vector["encrypted"]) == vector["plain"]
    assert encryption.read(vector["encrypted"], vector["key"]) == (vector["version"], vector["plain"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['version']} {vector['encrypted'][:8]}")
def test_another_key_reads_nothing(vector: dict[str, str]) -> None:
    form, text = encryption.read(vector["encrypted"], vector["key"].replace("k", "j") + "x" + "1")
    assert (form, text) == ("unreadable", None)


# 5,000 texts of each version: 20 of an example.
@pytest.mark.parametrize("version", [V1, V2])
@settings(max_examples=250)
@given(st.data())
def test_round_trips(version: str, data: st.DataObject) -> None:
    key, texts = data.draw(KEYS[version]), data.draw(st.lists(TEXTS, min_size=20, max_size=20))
    made = [encryption.encrypt(version, key, text) for text in texts]
    assert [encryption.decrypt(version, key, each) for each in made] == texts
    assert [each == "" for each in made] == [text == "" for text in texts]
    assert not texts[0] or encryption.encrypt(version, key, texts[0]) != made[0]


@pytest.mark.parametrize("version", [V1, V2])
@pytest.mark.parametrize("text", ["x" * 4096, "é" * 2048, "\0", "a\nb", "=" * 7, "日本語" * 1000])
def test_sizes_and_characters(version: str, text: str) -> None:
    assert encryption.decrypt(version, "database key", encryption.encrypt(version, "database key", text)) == text


def test_version_2_is_the_format_of_the_real_class() -> None:
    """Length: 12 of IV, the text, 16 of tag; read by another implementation of AES-GCM than ours."""
    raw = base64.b64decode(encryption.encrypt(V2, "ünicöde key", "secret1"))
    assert len(raw) == 12 + 7 + 16
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = hashlib.sha256("ünicöde key".encode()).digest()
    reader = Cipher(algorithms.AES(key), modes.GCM(raw[:12], raw[-16:])).decryptor()
    assert reader.update(raw[12:-16]) + reader.finalize() == b"secret1"


def test_version_1_is_read_by_openssl() -> None:
    """PKCS #5 in its first version, written out here once more; DES itself is OpenSSL's own."""
    raw = base64.b64decode(encryption.encrypt(V1, "dbkey-42", "P@ss wörd €"))
    made = b"dbkey-42" + raw[:8]
    for _round in range(1000):
        made = hashlib.md5(made).digest()
    command = ["openssl", "enc", "-d", "-des-cbc", "-K", made[:8].hex(), "-iv", made[8:].hex()]
    command += ["-provider", "legacy", "-provider", "default"]
    ended = subprocess.run(command, input=raw[8:], capture_output=True, check=True)
    assert ended.stdout.decode() == "P@ss wörd €"


@pytest.mark.parametrize("version", [V1, V2])
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_damaged_text_is_never_read_as_it_was(version: str, place: int, bit: int) -> None:
    raw = bytearray(base64.b64decode(encryption.encrypt(version, "k", "secret1")))
    raw[place % len(raw)] ^= 1 << bit
    value = base64.b64encode(raw).decode()
    if version == V2:
        with pytest.raises(Undecryptable):
            encryption.decrypt(version, "k", value)
    else:
        # Version 1 has no proof: it gives another text or nothing, and never an error of a library.
        assert encryption.read(value, "k", [version])[1] != "secret1"


@given(st.text(max_size=60))
def test_reading_anything_raises_nothing(value: str) -> None:
    form, text = encryption.read(value, "k")
    assert (text is None) == (form == "unreadable")
    assert encryption.read(value, "") == (("empty", "") if not value else ("plain", value))


@pytest.mark.parametrize("value", ["password", "geheim", "P@ss wörd", "root123", "abcdefgh", "AAAAAAAAAAA="])
def test_plain_passwords_are_seen_as_such(value: str) -> None:
    assert encryption.read(value, "k") == ("plain", value)


@pytest.mark.parametrize(
    ("version", "key", "text"),
    [(V1, "ünicöde", "x"), (V1, "", "x"), (V2, "", "x"), (V2, "k", "\ud800"), (V1, "\n", "")],
)
def test_what_java_could_not_use_is_refused_without_showing_it(version: str, key: str, text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        encryption.encrypt(version, key, text)
    assert "ünicöde" not in str(refused.value)


def test_without_the_library_the_error_names_it(monkeypatch: Any) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    for version in (V1, V2):
        with pytest.raises(Exception, match="'cryptography' is needed to read and write") as missing:
            encryption.encrypt(version, "k", "x")
        assert getattr(missing.value, "code", "") == "missing_library"
