"""Refusals as CloudStack words them: HTTP status, `cserrorcode` and text (recorded in transcripts 01 to 04)."""

from __future__ import annotations

from typing import Any

UNAUTHORIZED_TEXT = "unable to verify user credentials and/or request signature"


class ApiError(Exception):
    """A refused call. `code` is both HTTP status and `errorcode`; `cs` is `cserrorcode`; `uuids` is `uuidList`."""

    def __init__(self, code: int, cs: int, text: str, uuids: list[dict[str, str]] | None = None) -> None:
        super().__init__(text)
        self.code, self.cs, self.text, self.uuids = code, cs, text, uuids or []

    def body(self) -> dict[str, Any]:
        return {"uuidList": self.uuids, "errorcode": self.code, "cserrorcode": self.cs, "errortext": self.text}

    def job_result(self) -> dict[str, Any]:
        """What a failed job holds (T2:32): neither uuidList nor cserrorcode."""
        return {"errorcode": self.code, "errortext": self.text}


def bad_parameter(text: str) -> ApiError:
    """431 found while the request's parameters are read (T1:5, T1:45)."""
    return ApiError(431, 9999, text)


def invalid(text: str) -> ApiError:
    """431 found by the service itself, Java's InvalidParameterValueException (T1:8)."""
    return ApiError(431, 4350, text)


def refused(text: str, uuids: list[dict[str, str]] | None = None) -> ApiError:
    """530, Java's CloudRuntimeException (T1:17, T1:38)."""
    return ApiError(530, 4250, text, uuids)


def failed(text: str) -> ApiError:
    """530, an internal error that the command itself reports (T1:49)."""
    return ApiError(530, 9999, text)


def denied(text: str) -> ApiError:
    """531, Java's PermissionDeniedException (T3:32)."""
    return ApiError(531, 4365, text)


def unauthorized() -> dict[str, Any]:
    """Body of every 401: unsigned, wrongly signed, expired, unknown command (T1:1-4)."""
    return {"uuidList": [], "errorcode": 401, "errortext": UNAUTHORIZED_TEXT}
