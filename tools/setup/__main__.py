"""Sets everything up in order, skipping what is done: uv, both environments, the training."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.setup import browser, environments, uv
from tools.setup.commands import run, say
from tools.setup.environments import Environment
from tools.setup.errors import CommandFailed, SetupError

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = Environment(
    "the application", ROOT / ".venv", ROOT / "requirements.lock", ("3.12", "3.13")
)
BOT = Environment("the bot", ROOT / "bot" / ".venv", ROOT / "bot" / "requirements.lock", ("3.10",))
QUIET_RASA = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def main() -> int:
    """Set up this checkout; 0 when it is ready, 1 after one sentence that says what to do."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="also what the browser tests need")
    options = parser.parse_args()
    try:
        with _only_one():
            _set_up(with_browser=options.browser)
    except KeyboardInterrupt:
        return _refuse("Stopped; the same command goes on from here.")
    except CommandFailed as error:
        return _refuse(f"{error.output}\n{error}".strip())
    except SetupError as error:
        return _refuse(str(error))
    return 0


def _set_up(*, with_browser: bool) -> None:
    found = uv.provide(ROOT)
    environments.bring_up_to_date(APPLICATION, found)
    environments.install_project(ROOT, APPLICATION, found)
    environments.bring_up_to_date(BOT, found)
    if with_browser:
        browser.provide_browser()
    with ThreadPoolExecutor() as pool:  # neither needs the other; one core is enough for the bot
        for trained in (pool.submit(_train_screen), pool.submit(_train_bot)):
            trained.result()


def _train_screen() -> None:
    run(
        [APPLICATION.python, "-m", "tools.train_screen"],
        what="Training the concern screen, unless what it learns from is unchanged",
        cwd=ROOT,
    )


def _train_bot() -> None:
    run(
        [BOT.python, ROOT / "bot" / "train.py"],
        what="Training the bot, unless what it learns from is unchanged",
        cwd=ROOT,
        env={**os.environ, **QUIET_RASA},
    )


def _only_one() -> _Lock:
    (ROOT / ".tools").mkdir(exist_ok=True)
    return _Lock(ROOT / ".tools" / "setup.lock")


class _Lock:
    """Held while setting up: `make run` and `make test` may be started together."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def __enter__(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is running; waiting for it.")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _refuse(message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
