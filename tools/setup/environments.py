"""Makes an environment hold what its lock says, and does nothing when it already does."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.setup import pythons
from tools.setup.commands import run
from tools.setup.errors import CommandFailed, SetupError

STAMP = "made-from.txt"
UNREACHED = (
    "The packages could not be installed: let this machine reach its Python package index and "
    "run the command again."
)


@dataclass(frozen=True)
class Environment:
    """One environment: whose it is, where it stands, its lock, and the Pythons it may have."""

    name: str
    folder: Path
    lock: Path
    pythons: tuple[str, ...]

    @property
    def python(self) -> Path:
        """The Python inside."""
        return self.folder / "bin" / "python"


def bring_up_to_date(environment: Environment, uv: Path) -> None:
    """Make or change the environment so that it holds exactly its lock.

    Raises SetupError with one sentence when no Python or no package can be had.
    """
    content = digest(environment.lock.read_bytes(), str(environment.folder).encode())
    if is_current(environment, STAMP, content):
        return
    if not _works(environment.python, environment.pythons):
        _make(environment, uv)
    (environment.folder / STAMP).unlink(missing_ok=True)
    sync: list[object] = [uv, "pip", "sync", "--python", environment.python, "--require-hashes"]
    sync += ["--compile-bytecode", "--build-constraints", environment.lock, environment.lock]
    _install(sync, what=f"Packages of {environment.name}")
    (environment.folder / STAMP).write_text(content, encoding="utf-8")


def install_project(root: Path, environment: Environment, uv: Path) -> None:
    """Put the checkout itself into its environment, with the `onestep` command; no network."""
    stamp = "installed-from.txt"
    made_from = (environment.folder / STAMP).read_bytes()
    content = digest((root / "pyproject.toml").read_bytes(), made_from)
    if is_current(environment, stamp, content):
        return
    install: list[object] = [uv, "pip", "install", "--offline", "--python", environment.python]
    install += ["--no-deps", "--no-build-isolation", "--editable", root]
    try:
        run(install, what="Onestep itself")
    except CommandFailed as error:
        sentence = (
            "Onestep could not be put into its environment: mend pyproject.toml as said above."
        )
        raise SetupError(f"{error.output}\n{sentence}".strip()) from error
    (environment.folder / stamp).write_text(content, encoding="utf-8")


def digest(*parts: bytes) -> str:
    """A fingerprint of what an environment was made from."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def is_current(environment: Environment, stamp: str, content: str) -> bool:
    """Whether the environment still works and was made from just this."""
    kept = environment.folder / stamp
    if not kept.is_file() or kept.read_text(encoding="utf-8") != content:
        return False
    return _works(environment.python, environment.pythons)


def _works(python: Path, versions: tuple[str, ...]) -> bool:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(python), "-c", ask], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() in versions


def _make(environment: Environment, uv: Path) -> None:
    version = environment.pythons[0]
    found = pythons.find(environment.pythons)
    source = f"from {found}" if found else f"{version}, to be fetched"
    try:
        run(
            [uv, "venv", "--quiet", "--clear", "--python", found or version, environment.folder],
            what=f"An environment for {environment.name} (Python {source})",
        )
    except CommandFailed as error:
        if found:
            raise
        raise SetupError(
            f"Python {' or '.join(environment.pythons)} is needed for {environment.name} and was "
            f"found neither on PATH nor among pyenv's versions, nor could uv fetch it: install it "
            f"(for example `pyenv install {version}`) and run the command again."
        ) from error


def _install(command: list[object], *, what: str) -> None:
    try:
        run(command, what=what)
    except CommandFailed as error:
        raise SetupError(f"{error.output}\n{UNREACHED}".strip()) from error
