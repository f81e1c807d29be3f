# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""com.cloud.utils.crypt.EncryptionCLI: encrypts, or decrypts with -d; prints the text alone unless verbose."""

from __future__ import annotations

import argparse
import sys

from .codec import decrypt, encrypt


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        print(message, file=sys.stderr)
        self.print_help()
        sys.exit(1)


def main() -> None:
    options = Parser(prog="Encryption CLI", add_help=False)
    options.add_argument("-d", "--decrypt", action="store_true")
    options.add_argument("-i", "--input", required=True)
    options.add_argument("-p", "--password", required=True)
    options.add_argument("-e", "--encryptorversion")
    options.add_argument("-v", "--verbose", action="store_true")
    given = options.parse_args()
    version = given.encryptorversion
    if version not in (None, "V1", "V2"):
        print(
            f'Exception in thread "main" Invalid encryptor version: {version}, valid options are: V1,V2',
            file=sys.stderr,
        )
        sys.exit(1)
    if not given.decrypt:
        print(encrypt(given.input, given.password, version))
        return
    text = decrypt(given.input, given.password, version)
    if text is None:
        print('Exception in thread "main" java.lang.RuntimeException: Error decrypting value', file=sys.stderr)
        sys.exit(1)
    print(text)


if __name__ == "__main__":
    main()
