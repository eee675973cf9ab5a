"""A change of wording is taken up while the service runs; a broken one is not."""

import shutil
import time
from pathlib import Path

import pytest

from onestep.content import ContentInForce, in_force

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content that a test may change, looked at on every call."""
    monkeypatch.setattr(in_force, "LOOKS_EACH", -1.0)
    shutil.copytree(ROOT / "content", tmp_path / "content")
    return tmp_path / "content"


def change(folder: Path, old: str, new: str) -> None:
    """Changes the service's file, and makes sure that its time differs."""
    file = folder / "en" / "service.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    time.sleep(0.01)
    file.touch()


def test_a_change_is_taken_up(folder: Path) -> None:
    """What is written to disk is said next."""
    content = ContentInForce(folder, "en")
    before = content("en").service.name
    change(folder, f"name: {before}", "name: Harbour")
    assert content("en").service.name == "Harbour"


def test_a_broken_change_leaves_the_old_in_force(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The old content goes on, and the log names the file, the line and the reason."""
    content = ContentInForce(folder, "en")
    before = content("en")
    change(folder, "name:", "nmae:")
    assert content("en") is before
    assert "service.yml:" in caplog.text
    assert "nmae" in caplog.text
