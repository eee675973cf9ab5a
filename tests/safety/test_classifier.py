"""The trained layer: it only raises, is survived when it fails, and stops a start without it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from onestep.safety import Level, ModelError, classifier, ready, screen
from onestep.safety.classifier import load_classifier
from onestep.safety.weights import MODELS, SENTENCES, load_weights, save

# Nobody wrote a rule for these words; a careful reader would ring somebody, or leave a note.
HINTED = "ive sorted out who gets my things and written to the kids, feel calm about it now"
GONE = "everyone would be better off if i wasnt around any more, ive made my mind up"
OUTRIGHT = "I want to kill myself"
CHATTY = "went to the shops and saw my sister. had a decent lunch"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A classifier that a test may spoil; the real one is back afterwards."""

    def instead(**changed: object) -> None:
        spoilt = replace(load_classifier("en"), **changed)  # type: ignore[arg-type]
        monkeypatch.setattr(classifier, "load_classifier", lambda _: spoilt)

    return instead


class _Fails:
    def vectors(self, texts: list[str]) -> None:
        raise RuntimeError(texts[0])


class _Sticks:
    def __init__(self) -> None:
        self.go_on = threading.Event()

    def vectors(self, texts: list[str]) -> np.ndarray:
        self.go_on.wait(30)
        return np.zeros((len(texts), 384), np.float32)


def test_what_no_rule_was_written_for_is_raised_by_score() -> None:
    """The verdict says that it was a score, its kind, and the words."""
    verdict = screen(HINTED)
    assert verdict.level in (Level.SOFT, Level.NOW)
    assert verdict.by == "score"
    assert verdict.category in ("suicide", "hopelessness")
    assert verdict.words(HINTED)


def test_the_words_shown_are_the_sentence_and_not_the_chat() -> None:
    """A concern in a chatty message: what caused it is marked, the rest is not."""
    text = f"{CHATTY}. {HINTED}. {CHATTY}"
    verdict = screen(text)
    assert verdict.by == "score"
    assert "who gets my things" in verdict.words(text)[0]
    assert "decent lunch" not in verdict.words(text)[0]


@pytest.mark.parametrize(
    "way",
    [
        str.upper,
        lambda text: text.replace("'", "\u2019") + "!!!",
        lambda text: text.replace("e", "e\u200b", 2),
        lambda text: f"{text} \U0001f602\U0001f602",
        lambda text: f"haha {text} lol",
        lambda text: text.replace("sorted", "soorted"),
        lambda text: text.replace("letters", "lettters"),
    ],
)
def test_the_way_it_is_written_changes_no_score(way: Callable[[str], str]) -> None:
    """Case, signs, zero-width signs, laughter and doubled letters are read away before scoring."""
    for hinted in (HINTED, GONE):
        assert screen(way(hinted)).level is screen(hinted).level


@pytest.mark.parametrize("way", ["{}. {c}. {c}", "{c}. {}. {c}", "{c}. {c}. {}", "hiya. {}"])
def test_what_stands_around_it_hides_no_hint(way: str) -> None:
    """First, last, in the middle or behind a greeting: never silence."""
    for hinted in (HINTED, GONE):
        assert screen(way.format(hinted, c=CHATTY)).level in (Level.SOFT, Level.NOW)


@pytest.mark.parametrize("after", [", just joking", " jk", " tonight", " lol"])
def test_no_afterthought_takes_a_hint_away(after: str) -> None:
    """A joke or an hour of the day lowers nothing to silence."""
    for hinted in (HINTED, GONE):
        assert screen(hinted + after).level in (Level.SOFT, Level.NOW)


def test_harmless_words_are_left_out_of_the_score() -> None:
    """The closed list lowers a score as it lowers a rule, and only by its own words."""
    assert screen("cant stop thinking about what if they move me again").level is not Level.NOW
    assert screen("looking after myself").level is Level.NONE
    assert screen(f"looking after myself. {HINTED}").level in (Level.SOFT, Level.NOW)


def test_a_rule_goes_before_a_score() -> None:
    """Said outright is said outright, whatever a score would be."""
    assert screen(OUTRIGHT).by == "rule"
    assert screen(f"{HINTED}. {OUTRIGHT}").by == "rule"


def test_a_failing_classifier_leaves_the_rules(broken, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is raised, the rules decide, and no log quotes the client."""
    broken(model=_Fails())
    assert screen(OUTRIGHT).level is Level.NOW
    hinted = screen(HINTED)
    assert (hinted.level, hinted.failed) == (Level.NONE, False)
    assert "RuntimeError" in caplog.text
    assert "kids" not in caplog.text


def test_a_slow_classifier_leaves_the_rules(broken, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late is never: the message is not kept waiting for it."""
    slow = _Sticks()
    broken(model=slow)
    monkeypatch.setattr(classifier, "IN_TIME", 0.02)
    assert screen(HINTED).level is Level.NONE
    assert screen(OUTRIGHT).level is Level.NOW
    slow.go_on.set()


@pytest.mark.parametrize("gone", ["en.npz", "en.json", SENTENCES])
def test_a_missing_classifier_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """In one sentence that says what to run."""
    _copied(tmp_path)
    (tmp_path / gone).unlink()
    monkeypatch.setattr(
        "onestep.safety.door.load_classifier", lambda name: load_classifier(name, tmp_path)
    )
    with pytest.raises(ModelError, match="run `make setup`"):
        ready()


def test_a_changed_classifier_stops_the_start(tmp_path: Path) -> None:
    """What does not match its SHA-256 is not opened."""
    _copied(tmp_path)
    content = bytearray((tmp_path / "en.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "en.npz").write_bytes(content)
    with pytest.raises(ModelError, match="is not the one that was trained here"):
        load_weights(tmp_path, "en")


def test_a_record_that_is_no_record_stops_the_start(tmp_path: Path) -> None:
    """Nor does a record without a hash open anything."""
    _copied(tmp_path)
    (tmp_path / "en.json").write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(ModelError):
        load_weights(tmp_path, "en")


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    """Arrays go through the file as they are, and a file of another making is told apart."""
    first = load_weights(MODELS, "en")
    shutil.copy(MODELS / SENTENCES, tmp_path / SENTENCES)
    save(first, tmp_path, "en", made_from="x")
    again = load_weights(tmp_path, "en")
    assert again.heads == first.heads
    assert np.array_equal(again.by_ngram, first.by_ngram)


def _copied(folder: Path) -> None:
    for name in ("en.npz", "en.json", SENTENCES):
        shutil.copy(MODELS / name, folder / name)
