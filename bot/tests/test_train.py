"""Training once per content: what counts as changed, and what is recorded."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from train import INPUTS, Trained, inputs

BOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def root(tmp_path):
    """A copy of everything that shapes the model."""
    for name in INPUTS:
        if (BOT / name).is_dir():
            shutil.copytree(BOT / name, tmp_path / name)
        else:
            shutil.copy(BOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def trained(root):
    """A made-up model, recorded as one of root's content."""
    made = root / "made.tar.gz"
    made.write_bytes(b"model")
    whole = Trained(root / "models")
    whole.take(made, inputs(root), 1.0)
    return whole


def test_unchanged_content_is_trained_already(root, trained):
    """The same files, wherever they lie: no training."""
    assert trained.is_of(inputs(root))


@pytest.mark.parametrize(
    "path", ["config.yml", "data/nlu/answers.yml", "domain/forms.yml", "components/marks.py"]
)
def test_any_change_of_content_is_seen(root, trained, path):
    """One more line in whatever shapes the model."""
    with (root / path).open("a") as file:
        file.write("\n# more\n")
    assert not trained.is_of(inputs(root))


def test_what_is_not_content_is_not_seen(root, trained):
    """Caches and editors' leftovers do not make anybody train."""
    (root / "components" / "__pycache__").mkdir(exist_ok=True)
    (root / "components" / "__pycache__" / "x.py").write_text("x")
    (root / "data" / "nlu" / "answers.yml~").write_text("x")
    assert trained.is_of(inputs(root))


def test_a_model_that_was_tampered_with_is_trained_anew(root, trained):
    """The recorded SHA-256 is of the very file; a missing part counts as none."""
    trained.model.write_bytes(b"another")
    assert not trained.is_of(inputs(root))
    trained.record.unlink()
    assert not trained.is_of(inputs(root))


@pytest.mark.slow
def test_it_is_quick_when_nothing_changed(model_path):
    """Under a second, Rasa not imported."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(BOT / "train.py")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "trained already" in done.stdout
    assert "rasa" not in done.stderr
    assert time.monotonic() - began < 1.0
