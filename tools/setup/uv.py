"""Finds uv, which makes the environments, or installs it for this checkout alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.setup import debian
from tools.setup.commands import run
from tools.setup.errors import CommandFailed, SetupError

OLDEST = (0, 5)  # the first that checks the hashes of what a package is built with
LOCK = Path(__file__).with_name("uv.lock")
NO_VENV = (
    "python3 cannot make environments here: install its venv module (on Debian and Ubuntu "
    "`apt-get install python3-venv`) and run the command again."
)
NO_UV = (
    "uv could not be installed: let this machine reach its Python package index, or put uv on "
    "PATH, and run the command again."
)


def provide(root: Path) -> Path:
    """A uv that is new enough: from PATH, or installed under `root`/.tools from its own lock."""
    on_path = shutil.which("uv")
    if on_path and _version(Path(on_path)) >= OLDEST:
        return Path(on_path)
    own = root / ".tools" / "uv"
    if _version(own / "bin" / "uv") < OLDEST:
        _install(own)
    return own / "bin" / "uv"


def _version(uv: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run(
            [str(uv), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return (0,)
    found = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def _install(own: Path) -> None:
    _make_place(own)
    pip = [own / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
    try:
        run([*pip, "--require-hashes", "-r", LOCK], what="Installing uv")
    except CommandFailed as error:
        raise SetupError(f"{error.output}\n{NO_UV}".strip()) from error


def _make_place(own: Path) -> None:
    # Debian's python3 comes without the part that makes environments.
    command = [sys.executable, "-m", "venv", "--clear", own]
    try:
        run(command, what="A place for uv")
    except CommandFailed as error:
        if not debian.may_install():
            raise SetupError(NO_VENV) from error
        debian.install("python3-venv", what="What Debian's python3 needs to make environments")
        run(command, what="A place for uv")
