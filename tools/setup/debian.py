"""Installs Debian's packages where that is allowed: as root, with apt-get."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from tools.setup.commands import run

LOCK = Path(__file__).resolve().parents[2] / ".tools" / "debian.lock"


def may_install() -> bool:
    """Whether this is a Debian or Ubuntu whose packages we may change."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, what: str) -> None:
    """Install the packages, saying `what` they are for. Raises CommandFailed.

    Tests that run side by side wait for each other here: apt-get lets one in and fails the rest.
    """
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(["apt-get", "update", "--quiet"], what="Debian's list of packages", env=env)
        run(command, what=what, env=env)
