"""Installs Debian's packages where that is allowed: as root, with apt-get."""

from __future__ import annotations

import os
import shutil

from tools.setup.commands import run


def may_install() -> bool:
    """Whether this is a Debian or Ubuntu whose packages we may change."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, what: str) -> None:
    """Install the packages, saying `what` they are for. Raises CommandFailed."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    run(["apt-get", "update", "--quiet"], what="Debian's list of packages", env=env)
    run(command, what=what, env=env)
