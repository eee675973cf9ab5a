"""Runs everything that a commit must pass, two at a time, and shows what failed."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
BOT = ROOT / "bot"
BOT_PYTHON = BOT / ".venv" / "bin" / "python"
AT_A_TIME = 2  # checks; the longest takes two processes itself, as tests wait now and then
FAST = (BIN / "pytest", "-q", "-m", "not slow and not browser")
SERVICES = "tests/services"  # about half of the time: it goes beside the rest


@dataclass(frozen=True)
class Check:
    """One thing to check, the command that does it, and where it is run."""

    what: str
    command: tuple[str | Path, ...]
    where: Path = ROOT


@dataclass(frozen=True)
class Outcome:
    """How a check ended; `seconds` by the wall clock."""

    check: Check
    passed: bool
    output: str
    seconds: float


# The longest first, so that the cores are busy to the end.
CHECKS = (
    Check("fast tests of the services", (*FAST, "--numprocesses", "2", SERVICES)),
    Check("fast tests of everything else", (*FAST, f"--ignore={SERVICES}")),
    Check(
        "fast tests of the bot",
        (BOT_PYTHON, "-m", "pytest", "-c", "bot/pytest.ini", "-q", "-m", "not slow", "bot/tests"),
    ),
    Check("types", (BIN / "mypy",)),
    Check(
        "types of the bot",
        (BIN / "mypy", "--config-file", "mypy.ini", "--python-executable", BOT_PYTHON, "."),
        BOT,
    ),
    Check("imports", (BIN / "lint-imports", "--no-cache", "--no-logo")),
    Check("content", (BIN / "python", "-m", "onestep.content.lint", "content")),
    Check("lint", (BIN / "ruff", "check", "--output-format", "concise", ".")),
    Check("format", (BIN / "ruff", "format", "--check", "--output-format", "concise", ".")),
)


def main() -> int:
    """Run every check to its end; 1 when any failed, after showing what each had to say."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = [_told(outcome) for outcome in pool.map(_run, CHECKS)]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n── {outcome.check.what}\n{outcome.output.strip()}", flush=True)
    if failed:
        print(f"\nFailed: {', '.join(outcome.check.what for outcome in failed)}.")
    return 1 if failed else 0


def _run(check: Check) -> Outcome:
    started = time.monotonic()
    words = [str(word) for word in check.command]
    done = subprocess.run(words, cwd=check.where, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    return Outcome(check, done.returncode == 0, output, time.monotonic() - started)


def _told(outcome: Outcome) -> Outcome:
    word = "passed" if outcome.passed else "FAILED"
    print(f"{word}  {outcome.check.what} ({outcome.seconds:.0f} s)", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
