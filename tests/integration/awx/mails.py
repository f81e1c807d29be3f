# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that keeps what it is sent; it speaks just enough of SMTP for smtplib."""

from __future__ import annotations

import contextlib
import email
import email.message
import socketserver
import threading
from collections.abc import Iterator


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                # mail_server gives the server its list, which the class does not know.
                self.server.mails.append(email.message_from_bytes(text))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


@contextlib.contextmanager
def mail_server() -> Iterator[tuple[int, list[email.message.Message]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        mails: list[email.message.Message] = []
        server.mails = mails  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], mails
        server.shutdown()


def parts(mail: email.message.Message) -> str:
    """Every part as text."""
    found = (part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart())
    return "".join(each.decode("utf-8") for each in found if isinstance(each, bytes))
