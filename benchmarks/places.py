"""Where a run keeps its things: a folder thrown away afterwards, and a cache that is not."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import yaml

from benchmarks.errors import NotThere, WouldNotStart
from onestep.settings import ROOT

CACHE = ROOT / "var" / "benchmarks"  # not in git
BOT = ROOT / "bot"
PYTHON = BOT / ".venv" / "bin" / "python"
LEFT_OUT = (".venv", "tests", "__pycache__", ".*_cache", "tmp*")
TRAINING_SECONDS = 900


def require_setup() -> None:
    """Raise NotThere when `make setup` has not made what is measured."""
    for needed in (PYTHON, BOT / "models" / "onestep.tar.gz"):
        if not needed.exists():
            raise NotThere("The bot is not set up: run `make setup`, then this again.")


def copy_of_bot(folder: Path) -> Path:
    """Return a copy of bot/ as it is now, so that nobody's edits change what is measured."""
    place = folder / "bot"
    shutil.copytree(BOT, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return place


def init_project() -> Path:
    """Return the project that `rasa init` makes and trains; made once for each locked Rasa.

    Raises WouldNotStart with Rasa's last lines when it does not succeed.
    """
    locked = (BOT / "requirements.lock").read_bytes()
    place = CACHE / f"init-{hashlib.sha256(locked).hexdigest()[:16]}"
    if any((place / "models").glob("*.tar.gz")):
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    done = subprocess.run(
        [PYTHON, "-m", "rasa", "init", "--no-prompt"],
        cwd=place,
        env={"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=TRAINING_SECONDS,
        check=False,
    )
    if done.returncode or not any((place / "models").glob("*.tar.gz")):
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        shutil.rmtree(place, ignore_errors=True)
        raise WouldNotStart(f"`rasa init` failed:\n{last}")
    return place


def init_lines(project: Path) -> list[str]:
    """Return what the project's own training data says people write, intents in turn."""
    found = yaml.safe_load((project / "data" / "nlu.yml").read_text("utf-8"))["nlu"]
    intents = [
        [line.removeprefix("- ").strip() for line in one["examples"].splitlines() if line.strip()]
        for one in found
    ]
    longest = max(len(lines) for lines in intents)
    return [lines[number % len(lines)] for number in range(longest) for lines in intents]
