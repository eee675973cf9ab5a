"""Reads what a lock file names: each package, its one version and the hashes of its files."""

import re
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)\s*(?:;\s*([^\\]*?))?\s*(?:--hash|$)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One line of a lock: a package, its version, when it is wanted, and its files' SHA-256."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """Every package of a lock, spelled one way. Raises ValueError on a line it cannot read."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [_locked(line) for line in text.splitlines() if line.strip() and line[0] != "#"]


def one_way(name: str) -> str:
    """A package's name as indexes compare it: small letters, one hyphen."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(line: str) -> Locked:
    found = LINE.match(line)
    if found is None:
        raise ValueError(f"this line of a lock names no one version: {line[:60]}")
    name, version, marker = found.groups()
    return Locked(one_way(name), version, (marker or "").strip(), tuple(HASH.findall(line)))
