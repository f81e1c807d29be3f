# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_playbook_convert``, on the machine that has the playbooks."""

from __future__ import annotations

import typing as t
from collections import Counter

from ...adapters.conversion.playbooks import Disk
from ...core.change import plain
from ...core.conversion.meanings import GENERAL
from ...core.errors import HostcraftError
from ...core.findings import worst_first
from ...core.text import all_printable
from ...operations.conversion.convert import Result, convert, told
from ..fields import Spec
from ..module import Json, Module, failure

OPTIONS: Spec = {"paths": {"type": "list", "elements": "path", "required": True}}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        result = convert(Disk(module.params["paths"]), module.check_mode)
    except HostcraftError as error:
        module.fail_json(**failure(error))
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")
    else:
        module.exit_json(**shown(result))


def shown(result: Result) -> Json:
    tasks = [task for each in result.conversions.values() for task in each.tasks]
    converted = Counter(f"cs_{task.module}" for task in tasks if task.edits)
    left = Counter(task.module for task in tasks if not task.edits)
    findings = worst_first(result.findings)
    answer: Json = {
        "changed": bool(result.changes),
        "files": [change.path for change in result.changes],
        "read": result.read,
        "converted": dict(sorted(converted.items())),
        "left": dict(sorted(left.items())),
        "meanings": list(told(result)),
        "findings": [plain(each) for each in findings],
        "general": [text for _row, text in GENERAL] if converted else [],
    }
    answer["report"] = list(_lines(answer))
    answer = all_printable(answer)
    answer["diff"] = [
        {"before": change.before, "after": change.after, "before_header": change.path, "after_header": change.path}
        for change in result.changes
    ]
    return answer


def _lines(answer: Json) -> t.Iterator[str]:
    """The report for people."""
    yield (
        f"{sum(answer['converted'].values())} tasks in {len(answer['files'])} of {answer['read']} files converted, "
        f"{sum(answer['left'].values())} left"
    )
    same: dict[tuple[str, ...], list[str]] = {}
    for each in answer["meanings"]:
        same.setdefault((each["file"], each["module"], each["message"]), []).append(str(each["line"]))
    for (file, module, message), lines in same.items():
        yield f"{file}:{','.join(lines)}: {module}: {message}"
    for each in answer["general"]:
        yield f"all modules: {each}"
    grouped: dict[tuple[str, ...], list[str]] = {}
    for each in answer["findings"]:
        file, line, about = each["facts"]["file"], each["facts"]["line"], each["facts"]["about"]
        grouped.setdefault((file, about, each["code"], each["remedy"]), []).append(str(line))
    for (file, about, code, remedy), lines in grouped.items():
        where = "" if lines == ["0"] else f":{','.join(lines)}"
        yield f"{file}{where}: {about} [{code}] {remedy}"
