"""Train the bot with Rasa's own machinery, once per content, and record what came out.

    bot/.venv/bin/python bot/train.py            quick when nothing changed
    bot/.venv/bin/python bot/train.py --force    train whatever there is

Writes bot/models/onestep.tar.gz, onestep.sha256 (checked before the model is loaded: a Rasa model
file is code) and onestep.json (what went in). Nothing is sent anywhere; nothing is downloaded.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "onestep"
INPUTS = ("config.yml", "domain", "data", "components", "requirements.lock", "train.py")
KINDS = frozenset({".yml", ".py", ".lock", ".txt", ".json"})


def inputs(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that shapes the model, by its path under root."""
    found = {}
    for name in INPUTS:
        place = root / name
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in KINDS and "__pycache__" not in file.parts:
                found[file.relative_to(root).as_posix()] = _sha256(file)
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Trained:
    """The three files of a trained model."""

    def __init__(self, folder: Path) -> None:
        """Name them; none need exist."""
        self.folder = folder
        self.model = folder / f"{NAME}.tar.gz"
        self.digest = folder / f"{NAME}.sha256"
        self.record = folder / f"{NAME}.json"

    def is_of(self, what: dict[str, str]) -> bool:
        """Whether this model was trained from exactly these inputs, and is still whole."""
        try:
            same = json.loads(self.record.read_text("utf-8"))["inputs"] == what
            return same and self.digest.read_text("ascii") == f"sha256:{_sha256(self.model)}\n"
        except (OSError, ValueError, KeyError):
            return False

    def take(self, made: Path, what: dict[str, str], seconds: float) -> None:
        """Put a new model in place: its record last, so that a half-done take counts as none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in (self.record, self.digest):
            old.unlink(missing_ok=True)
        made.replace(self.model)
        self.digest.write_text(f"sha256:{_sha256(self.model)}\n", "ascii")
        record = {"inputs": what, "seconds": round(seconds, 1)}
        self.record.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Show one line that counts the seconds, and hide what Rasa prints unless it fails."""
    over = threading.Event()
    began = time.monotonic()

    def count() -> None:
        while not over.wait(1):
            sys.stderr.write(f"\r{what}: {time.monotonic() - began:.0f} s ")
            sys.stderr.flush()

    if sys.stderr.isatty():
        threading.Thread(target=count, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        if sys.stderr.isatty():
            sys.stderr.write("\r" + " " * 60 + "\r")


@contextlib.contextmanager
def hidden(log: Path) -> Iterator[None]:
    """Send everything that is printed, also by libraries, to a file."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, fd in enumerate(kept, start=1):
                os.dup2(fd, number)
                os.close(fd)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let a second training wait for the first; it will then find that nothing changed."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare() -> None:
    """Set what Rasa reads at import: no telemetry, no cache of its own, one thread."""
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_MAX_CACHE_SIZE="0",
        TF_CPP_MIN_LOG_LEVEL="3",
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        PYTHONHASHSEED="0",
    )
    sys.path.insert(0, str(HERE))  # components are named by module in config.yml


def train(root: Path, config: Path, folder: Path) -> Path:
    """Train from root's domain and data; return the model's path inside folder.

    Raises SystemExit with Rasa's last lines when it does not succeed.
    """
    prepare()
    log = folder / "train.log"
    try:
        with hidden(log):
            from rasa.model_training import train as rasa_train

            result = rasa_train(
                domain=str(root / "domain"),
                config=str(config),
                training_files=[str(root / "data")],
                output=str(folder),
                fixed_model_name=NAME,
                force_training=True,
            )
    except (Exception, SystemExit) as error:
        raise SystemExit(_told(log, f"{type(error).__name__}: {error}")) from error
    if result.code != 0 or not result.model:
        raise SystemExit(_told(log, f"code {result.code}"))
    return Path(result.model)


def _told(log: Path, reason: str) -> str:
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return "\n".join(["The bot could not be trained:", *lines[-15:], f"({reason})"])


def main() -> None:
    """Train when what is there was not trained from what is here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    parser.add_argument("--models", type=Path, default=HERE / "models")
    given = parser.parse_args()
    given.models.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(given.models):
        train_into(given.models, force=given.force)


def train_into(models: Path, *, force: bool) -> None:
    """Train unless what is there is of this content, and say which it was."""
    what, trained = inputs(HERE), Trained(models)
    if trained.is_of(what) and not force:
        print(f"The bot is trained already ({trained.model.name}).")  # noqa: T201  for a person
        return
    for left in models.glob("training-*"):  # by one that was killed; the lock is ours
        shutil.rmtree(left)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=models, prefix="training-") as folder:
        with progress("Training the bot"):
            made = train(HERE, HERE / "config.yml", Path(folder))
        trained.take(made, what, time.monotonic() - began)
    print(f"The bot was trained in {time.monotonic() - began:.0f} s.")  # noqa: T201  for a person


if __name__ == "__main__":
    main()
