# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under CI=true nothing is skipped: what a test needs has to be there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SKIPS = {
    "in_test": "import pytest\ndef test_it():\n    pytest.skip('no reason')\n",
    "by_mark": "import pytest\n@pytest.mark.skip(reason='no reason')\ndef test_it():\n    pass\n",
    "whole_file": "import pytest\npytest.importorskip('a_package_that_is_nowhere')\ndef test_it():\n    pass\n",
}


@pytest.mark.parametrize(("ci", "passes"), [("true", False), ("", True)])
@pytest.mark.parametrize("text", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_under_ci_only(text: str, ci: str, passes: bool, tmp_path: Path) -> None:
    # Without a second test pytest fails for having run none.
    (tmp_path / "test_skipping.py").write_text(text, encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode == 0) is passes, answer.stdout
    assert ("skipped under CI=true" in answer.stdout) is not passes
