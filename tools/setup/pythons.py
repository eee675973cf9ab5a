"""Finds a Python of a wanted version on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# A Python built without one of these installs everything and fails later: it is passed over.
ASK = (
    "import ctypes, sqlite3, ssl, sys, zlib; print('%d.%d' % sys.version_info[:2], sys.executable)"
)


def find(wanted: Sequence[str], *, env: Mapping[str, str] = os.environ) -> Path | None:
    """The first whole Python whose version is in `wanted`, such as ("3.12", "3.13"), or None.

    Looks on PATH, then among pyenv's versions: a pyenv shim on PATH may stand for a version that
    is not switched on, so each is run before it is believed.
    """
    for version in wanted:
        for candidate in _candidates(version, env):
            answer = _ask(candidate)
            if answer is not None and answer[0] == version:
                return answer[1]
    return None


def _candidates(version: str, env: Mapping[str, str]) -> Iterator[Path]:
    for name in (f"python{version}", "python3", "python"):
        found = shutil.which(name, path=env.get("PATH", os.defpath))
        if found:
            yield Path(found)
    pyenv = Path(env.get("PYENV_ROOT") or Path(env.get("HOME", "/")) / ".pyenv")
    for folder in sorted((pyenv / "versions").glob(f"{version}.*"), key=_release, reverse=True):
        yield folder / "bin" / "python3"


def _release(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.name.split(".") if part.isdigit())


def _ask(python: Path) -> tuple[str, Path] | None:
    try:
        answer = subprocess.run(
            [str(python), "-c", ASK], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, path = answer.stdout.strip().partition(" ")
    return version, Path(path)
