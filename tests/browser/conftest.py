"""Runs the demo as a person would start it, and Debian's Chromium to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        "PATH": os.environ["PATH"],
        "ONESTEP_PORT": str(port),
        "ONESTEP_DATA": str(tmp_path_factory.mktemp("demo")),
    }
    command = [sys.executable, "-c", "from onestep.cli import main; main()", "serve", "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert process.poll() is None, "the demo ended before it answered"
        try:
            urllib.request.urlopen(url, timeout=1)
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail("the demo did not answer within two minutes")


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    """The demo's page, fresh; a script error on it fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.set_default_timeout(20_000)
    opened.goto(f"{demo}/demo")
    yield opened
    context.close()
    assert faults == []
