"""Finds the Chromium that the browser tests drive, and installs Debian's where it may."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.setup import debian
from tools.setup.commands import say
from tools.setup.errors import CommandFailed, SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# The emoji font is there because clients write emoji and the screenshots are looked at.
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")
MISSING = (
    "no Chromium was found: install it (on Debian `apt-get install chromium`) and run the "
    "command again."
)


def find_browser() -> Path | None:
    """The Chromium or Chrome of this machine, or None; never downloads one."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return MAC if MAC.exists() else None


def must_have_browser() -> bool:
    """Whether a missing browser is a failure: under CI nobody reads that tests were skipped."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def provide_browser() -> None:
    """See to a browser for the tests: Debian's, when root; else say its tests will be skipped.

    Raises SetupError under CI when there is none in the end.
    """
    if find_browser() is None and debian.may_install():
        try:
            debian.install(*PACKAGES, what="Chromium for the browser tests")
        except CommandFailed as error:
            say(error.output)
    if find_browser() is not None:
        return
    if must_have_browser():
        raise SetupError(f"The browser tests cannot run: {MISSING}")
    say(f"The browser tests will be skipped: {MISSING}")
