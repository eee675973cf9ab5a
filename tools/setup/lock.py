"""Writes the lock files from the .in files: every version with its hashes, and no address."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.setup import uv
from tools.setup.commands import run
from tools.setup.errors import CommandFailed

ROOT = Path(__file__).resolve().parents[2]
# No header and no notes of origin: both can name the index that was asked.
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")


@dataclass(frozen=True)
class Lock:
    """One .in file, the oldest Python it is for, and what it must not bring along."""

    source: str
    python: str
    overrides: str | None = None


LOCKS = (
    Lock("requirements.in", "3.12", overrides="overrides.txt"),
    Lock("bot/requirements.in", "3.10", overrides="bot/overrides.txt"),
    Lock("tools/setup/uv.in", "3.9"),
    Lock("benchmarks/requirements.in", "3.12"),
)


def main() -> int:
    """Write each lock file; versions move only where the .in file asks, or with --upgrade."""
    found = uv.provide(ROOT)
    for lock in LOCKS:
        target = Path(lock.source).with_suffix(".lock")
        command: list[object] = [
            found,
            "pip",
            "compile",
            *OPTIONS,
            "--python-version",
            lock.python,
        ]
        if lock.overrides:
            command += ["--override", lock.overrides]
        command += [*sys.argv[1:], lock.source, "--output-file", target]
        try:
            run(command, what=f"{target}", cwd=ROOT)
        except CommandFailed as error:
            print(f"{error.output}\n{error}".strip(), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
