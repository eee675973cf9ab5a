"""Runs the demo as a person would start it, and Debian's Chromium to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# Limits for a busy, slow machine: they say how long a fault takes, nothing about how fast we are.
SHOWN_WITHIN = 60_000  # ms for anything to be seen on the page
STARTED_WITHIN = 240  # seconds
ENDED_WITHIN = 90  # seconds
expect.set_options(timeout=SHOWN_WITHIN)
# Without these Chromium looks for its maker's servers at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Not for the whole session: while Playwright runs, no other test may run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, headless. Its absence is a failure in CI and a skip that says so elsewhere."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        why = "Chromium is missing: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo with a database of its own."""
    port, inside = _free_port(), _free_port()
    folder = tmp_path_factory.mktemp("demo")
    env = {
        "PATH": os.environ["PATH"],
        "ONESTEP_PORT": str(port),
        "ONESTEP_METRICS_PORT": str(inside),
        "ONESTEP_DATA": str(folder),
    }
    command = [sys.executable, "-c", "from onestep.cli import main; main()", "serve", "--demo"]
    said = folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, start_new_session=True)
    try:
        _wait_until_it_says(said, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=ENDED_WITHIN) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_says(said: Path, process: subprocess.Popen[bytes]) -> None:
    """The page is there a little sooner than the bot: a person waits for the address too."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None, "the demo ended before it answered"
        if "made-up people" in said.read_text("utf-8"):
            return
        time.sleep(0.5)
    pytest.fail("the demo did not answer in time")


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    """The demo's page, fresh; a script error on it fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.set_default_timeout(SHOWN_WITHIN)
    opened.goto(f"{demo}/demo")
    yield opened
    context.close()
    assert faults == []
