# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to a MariaDB or MySQL server, through PyMySQL. The first statement makes it; every wait ends."""

from __future__ import annotations

import contextlib
import ssl
import typing as t

from ...core.errors import (
    AccessDenied,
    DatabaseError,
    InvalidValue,
    MissingLibrary,
    TransportError,
)
from ...core.text import shortened
from ..trust import trusting
from .properties import DatabaseAccess

Row = tuple[t.Any, ...]
DENIED = frozenset((1044, 1045, 1130, 1142, 1143, 1227, 1698, 3118))  # user, password, host, rights, locked account
# What a server says for itself in these concerns the connection; in any other it may repeat a value of the statement.
SAID = frozenset(
    (
        *(1008, 1040, 1049, 1053, 1129, 1146, 1193, 1198, 1203, 1205, 1213, 1226, 1238),
        *(1290, 1317, 1406, 1449, 1792, 1836, 1947, 1950),
    )
)
LOST = frozenset((2002, 2003, 2005, 2006, 2013, 2014, 2026, 2055, 0))


class Client:
    """Statements with parameters; nothing is written before ``commit``."""

    def __init__(self, access: DatabaseAccess) -> None:
        try:
            import pymysql
        except ImportError:
            raise MissingLibrary("pymysql", "for connections to CloudStack's database") from None
        self._library: t.Any = pymysql
        self._access = access
        self._connection: t.Any = None

    @property
    def where(self) -> str:
        its = self._access
        what = f"database {its.name}" if its.name else "database server"
        return f"{what} at {its.unix_socket or f'{its.host}:{its.port}'}"

    def rows(self, statement: str, *values: object) -> t.Sequence[Row]:
        """What a statement finds. Raises DatabaseError, AccessDenied, TransportError."""
        return t.cast("t.Sequence[Row]", self._run(statement, values)[1])

    def named(self, statement: str, *values: object) -> t.Sequence[t.Mapping[str, t.Any]]:
        """The same, with each row by the names of its columns."""
        _count, found, names = self._run(statement, values)
        return [dict(zip(names, row)) for row in found]

    def change(self, statement: str, *values: object) -> int:
        """How many rows a statement changed."""
        return self._run(statement, values)[0]

    @contextlib.contextmanager
    def transaction(self) -> t.Iterator[None]:
        """Whatever is raised inside, a broken connection included, leaves the rows as they were."""
        try:
            yield
        except BaseException:
            self._quietly("rollback")
            raise
        connection = self._connection
        if connection is not None:
            self._asked(connection.commit)

    def end_reading(self) -> None:
        """What is read next is as it is then."""
        self._quietly("rollback")

    def close(self) -> None:
        self._quietly("close")
        self._connection = None

    def _quietly(self, method: str) -> None:
        if self._connection is not None:
            with contextlib.suppress(self._library.err.Error, OSError):
                getattr(self._connection, method)()

    def _run(self, statement: str, values: t.Sequence[object]) -> tuple[int, t.Any, t.Sequence[str]]:
        connection = self._connection or self._opened()

        def ask() -> tuple[int, t.Any, t.Sequence[str]]:
            with connection.cursor() as cursor:
                # Without values the statement is sent as it is, whatever signs are in it.
                count = cursor.execute(statement, values or None)
                return count, cursor.fetchall(), [column[0] for column in cursor.description or ()]

        return t.cast("tuple[int, t.Any, t.Sequence[str]]", self._asked(ask))

    def _opened(self) -> t.Any:
        its = self._access
        whole = max(1, round(its.timeout))
        self._connection = self._asked(
            lambda: self._library.connect(
                host=its.host,
                port=its.port,
                unix_socket=its.unix_socket,
                user=its.user,
                # The library would send a text in latin1, and servers keep what statements set in UTF-8.
                password=its.password.encode(),
                database=its.name,
                charset="utf8mb4",
                connect_timeout=whole,
                read_timeout=whole,
                write_timeout=whole,
                autocommit=False,
                local_infile=False,
                ssl=self._tls(),
            )
        )
        if its.tls and not self.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1]:
            # Before 1.2 the library goes on without TLS where a server has none.
            self.close()
            raise TransportError(
                f"{self.where}: the server has no TLS (database.tls is true)", command=self.where, passing=False
            )
        # Less than the wait for an answer, so that a locked row is told as such.
        self.change("SET SESSION innodb_lock_wait_timeout = %s", max(1, whole - 1))
        return self._connection

    def _tls(self) -> t.Optional[ssl.SSLContext]:
        its = self._access
        if not its.tls:
            return None
        try:
            context = trusting(its.validate_certs, its.ca_path)
            if its.client_cert:
                context.load_cert_chain(its.client_cert, its.client_key)
        except OSError:
            raise InvalidValue(
                "database.ca_path", its.ca_path or its.client_cert, "readable PEM files of certificates and key"
            ) from None
        return context

    def _asked(self, question: t.Callable[[], t.Any]) -> t.Any:
        errors = self._library.err
        try:
            return question()
        except errors.Error as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else None
            text = shortened(str(error.args[1])) if number is not None and len(error.args) > 1 else ""
            if number in DENIED:
                raise AccessDenied(text, call=self.where, fault=str(number)) from None
            if number is None or number in LOST:
                raise TransportError(f"{self.where}: {_lost(error)}", command=self.where) from None
            said = text if number in SAID else type(error).__name__
            raise DatabaseError(f"{said} (error {number})", where=self.where, number=number) from None
        except (OSError, RuntimeError, ValueError, IndexError) as error:
            raise TransportError(f"{self.where}: {_lost(error)}", command=self.where) from None


def _lost(error: BaseException) -> str:
    held = error.args[0] if len(error.args) == 1 else error
    words = str(error.args[1]) if len(error.args) > 1 else str(held)
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message}): set database.ca_path to its CA"
    return shortened(words) or type(error).__name__
