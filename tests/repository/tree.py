"""Reads the checkout for the tests of this folder: its files, its modules, their imports."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("onestep", "channels", "bot", "tools", "benchmarks")


@cache
def files() -> tuple[str, ...]:
    """Every file that is kept or could be committed, as a path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


def texts(suffixes: tuple[str, ...] | None = None) -> Iterator[tuple[str, str]]:
    """Each text file and what is in it."""
    for name in files():
        if suffixes is None or name.endswith(suffixes):
            try:
                yield name, (ROOT / name).read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                continue  # a picture; or a file that somebody moved while the tests ran


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Each Python module under the folders, parsed."""
    for name, text in texts((".py",)):
        if name.split("/")[0] in folders:
            yield name, ast.parse(text)


def imported(module: ast.Module) -> set[str]:
    """The dotted names that a module imports; of a relative import, nothing."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names
