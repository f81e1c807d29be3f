# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` on a copy of the checkout.

ansible-test wants a real directory named ansible_collections/NAMESPACE/NAME, in a repository of its own, and downloads
a script that installs pip. The copy, kept under .venv so that a second run is warm, gives it the first; a stand-in that
uses the interpreter's own pip saves the second. Nothing outside the checkout is touched.

Usage: sanity.py [ARGUMENTS OF ansible-test sanity]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".venv" / "sanity"
COPY = WORK / "ansible_collections" / "hostcraft" / "cloudstack"
HOME = WORK / "home"
# Kept between runs: the copy's own repository and what ansible-test wrote there.
KEPT = (".git", "tests/output")
# Never shipped, and under ruff and strict mypy already; ansible-test's taste in names is for plugins.
NOT_SHIPPED = ("tests/", "tools/", "benchmarks/", "conftest.py")
ITS_SETTINGS = ("tests/sanity/", "tests/config.yml")

PIP_INSTALLER = """\
import ensurepip
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

# A test has an environment of its own; what all of them begin with is installed once and copied.
wanted = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
kept = Path(os.environ["GET_PIP"]).with_name(" ".join(a for a in wanted if "==" in a))
if not kept.exists():
    wheels = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).with_name("_bundled")
    (wheel,) = Path(wheels).glob("pip-*.whl")
    making = kept.with_name("making")
    # There is one only after a run that was killed.
    shutil.rmtree(making, ignore_errors=True)
    pip = [sys.executable, str(wheel / "pip"), "install", "--quiet", "--target", str(making), *wanted]
    if status := subprocess.run(pip, check=False).returncode:
        sys.exit(status)
    making.rename(kept)
shutil.copytree(kept, sysconfig.get_path("purelib"), dirs_exist_ok=True)
for name in ("frugal.py", "frugal.pth"):
    shutil.copy(Path(os.environ["GET_PIP"]).with_name(name), sysconfig.get_path("purelib"))
"""

# The import test imports each file with all that it needs, in one process, and forgets it; Ansible's finder keeps no
# compiled code, so the same texts were compiled hundreds of times: a third of the CPU time of all of sanity. Collecting
# garbage, of which there is little, was a third of pylint's.
FRUGAL = """\
import builtins
import dataclasses
import gc

gc.set_threshold(200_000, 50, 1000)
compile_anew = builtins.compile
kept = {}


def compile_once(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **more):
    if mode != "exec" or not dont_inherit or more or not isinstance(source, (str, bytes)):
        return compile_anew(source, filename, mode, flags, dont_inherit, optimize, **more)
    key = source, filename, flags, optimize
    if key not in kept:
        kept[key] = compile_anew(source, filename, mode, flags, True, optimize)
    return kept[key]


def exec_once(source, *names):
    exec(compile_once(source, "<string>", "exec", 0, True), *names)


builtins.compile = compile_once
# It writes methods as texts.
dataclasses.exec = exec_once
"""


def listed_files() -> set[str]:
    """Paths, relative to the root, of the files that ansible-test judges, among all that git tracks or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    judged = (name for name in names if name.startswith(ITS_SETTINGS) or not name.startswith(NOT_SHIPPED))
    return {name for name in judged if (ROOT / name).is_file()}


def refresh_copy() -> None:
    """Make the copy hold exactly the listed files; an unchanged file keeps its date."""
    wanted = listed_files()
    COPY.mkdir(parents=True, exist_ok=True)
    for path in sorted(COPY.rglob("*"), reverse=True):
        name = path.relative_to(COPY).as_posix()
        if any(name == kept or name.startswith(f"{kept}/") for kept in KEPT):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    if not (COPY / ".git").is_dir():
        subprocess.run(["git", "init", "--quiet"], cwd=COPY, check=True)


def place_pip_installer() -> None:
    """Put the stand-in where this ansible-test keeps its downloads; the file's name carries the pip it pins."""
    import ansible_test

    pins = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    match = re.search(r"pip='([0-9.]+)'", pins)
    if match is None:
        raise SystemExit("this ansible-test does not say which pip it pins: look for 'pip=' in python_requirements.py")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"get_pip_{match[1].replace('.', '_')}.py").write_text(PIP_INSTALLER, encoding="utf-8")
    place_frugal(cache)


def keep_pip_settings() -> None:
    """Let the other home see how the user's pip reaches its packages."""
    for name in (".config/pip", ".pip"):
        source, target = Path.home() / name, HOME / name
        if source.is_dir() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source)


def place_frugal(folder: Path) -> None:
    """Write it where an interpreter imports it at its start, or where the stand-in takes it from."""
    (folder / "frugal.py").write_text(FRUGAL, encoding="utf-8")
    (folder / "frugal.pth").write_text("import frugal\n", encoding="utf-8")


def run(*arguments: str) -> int:
    """The exit code of ansible-test."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = ["ansible-test", "sanity", "--venv", "--python", version, "--color", "no", *arguments]
    return subprocess.run(command, cwd=COPY, env={**os.environ, "HOME": str(HOME)}, check=False).returncode


def main(arguments: list[str]) -> int:
    refresh_copy()
    place_pip_installer()
    keep_pip_settings()
    if arguments:
        return run(*arguments)
    others = run("--skip-test", "import")
    # The environment of modules is that of all tests without packages; nothing is installed there.
    for packages in HOME.glob(".ansible/test/venv/sanity/*/*/lib/python*/site-packages"):
        place_frugal(packages)
    return others or run("--test", "import")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
