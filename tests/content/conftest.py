"""The real content, and copies of it that can be broken."""

import shutil
from pathlib import Path

import pytest

from onestep.content import Content, load

FOLDER = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="session")
def content() -> Content:
    """The content in the repository."""
    return load(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content folder that a test may break."""
    return Path(shutil.copytree(FOLDER, tmp_path / "content"))


@pytest.fixture
def values() -> dict[str, str | None]:
    """What the application always knows."""
    return {
        "called": "Sam",
        "coach": "Ana",
        "service": "Riverside",
        "next_check_in": "on Friday at 9am",
    }
