"""What is said outright is seen, however it is written and wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from onestep.safety import Category, Level, ScreenContext, screen
from onestep.safety.rules import Pack

HERE = Path(__file__).parent


def _load(name: str) -> object:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


OUTRIGHT = [
    (Category(key), str(text))
    for key, texts in _load("said_outright.yml").items()  # type: ignore[attr-defined]
    for text in texts
]
SOFTER: list[str] = [str(text) for text in _load("softer.yml")]  # type: ignore[attr-defined]
HARMLESS: list[str] = [str(text) for text in _load("harmless.yml")]  # type: ignore[attr-defined]


def _doubled(text: str) -> str:
    """Stretch the last letter of the longest word."""
    longest = max(text.split(), key=len)
    return text.replace(longest, longest + longest[-1] * 3, 1)


def _spaced(text: str) -> str:
    return "   ".join(" ".join(word) for word in text.replace("'", "").split())


CHATTY = "went to the shops and saw my sister. had a decent lunch"
WAYS = {
    "upper case": str.upper,
    "lower case": str.lower,
    "exclaimed": lambda t: t + "!!!",
    "trailing dots": lambda t: t + "....",
    "without apostrophes": lambda t: t.replace("'", ""),
    "curly apostrophes": lambda t: t.replace("'", "\u2019"),
    "in quotation marks": lambda t: f"\u201c{t}\u201d",
    "stretched": _doubled,
    "zero width": "\u200b".join,
    "soft hyphens": lambda t: t.replace("i", "i\u00ad"),
    "emoji": lambda t: f"{t} \U0001f602\U0001f602",
    "emoji between": lambda t: t.replace(" ", " \U0001f622 ", 1),
    "lol": lambda t: f"{t} lol",
    "haha before": lambda t: f"haha {t}",
    "greeting before": lambda t: f"hiya, {t}",
    "first of a long text": lambda t: f"{t}. {CHATTY}. {CHATTY}",
    "in the middle": lambda t: f"{CHATTY}. {t}. {CHATTY}",
    "last of a long text": lambda t: f"{CHATTY}. {CHATTY}. {t}",
    "on a line of its own": lambda t: f"{CHATTY}\n{t}\n{CHATTY}",
    "tonight": lambda t: f"{t} tonight",
    "just joking": lambda t: f"{t}, just joking",
    "jk": lambda t: f"{t} jk",
    "wide letters": lambda t: "".join(
        chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in t
    ),
}


@pytest.mark.parametrize(("category", "text"), OUTRIGHT)
def test_said_outright_is_now(category: Category, text: str) -> None:
    """A plain sentence of danger is now, in its category, with its words marked."""
    verdict = screen(text)
    assert (verdict.level, verdict.by) == (Level.NOW, "rule")
    assert verdict.category == category
    assert verdict.words(text)


@pytest.mark.parametrize("way", WAYS)
def test_the_way_it_is_written_changes_nothing(way: str) -> None:
    """Case, signs, stretching, laughter, neighbours and "joking" leave the level at now."""
    written = [WAYS[way](text) for _, text in OUTRIGHT]
    assert [text for text in written if screen(text).level is not Level.NOW] == []


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "going to kill myself",
        "he hits me",
        "I feel suicidal",
        "I took all my tablets",
    ],
)
def test_spaced_letters_are_read(text: str) -> None:
    """Letters with gaps between them are the words they spell."""
    assert screen(_spaced(text)).level is Level.NOW


@pytest.mark.parametrize(
    "text",
    [
        "I want to d1e",
        "k1ll myself",
        "k!ll myself",
        "$uicidal",
        "su1c1dal",
        "k*ll myself",
        "wanttodie",
        "killmyself",
        "sucidal",
        "suicidle",
        "homless",
        "overdsed on pills",
    ],
)
def test_masked_joined_and_mistyped_words_are_read(text: str) -> None:
    """Digits for letters, run-on words and one typo in a long word hide nothing."""
    assert screen(text).level is Level.NOW


@pytest.mark.parametrize(("category", "text"), OUTRIGHT)
def test_about_a_mate_is_soft_or_above(category: Category, text: str) -> None:
    """The same said of a mate is never silence."""
    other = f" {text} ".replace("I'm ", "my mate is ").replace("I've ", "my mate has ")
    other = other.replace(" I ", " my mate ").replace(" myself ", " himself ").strip()
    assert screen(other).level in (Level.SOFT, Level.NOW)


@pytest.mark.parametrize("text", SOFTER)
def test_denied_past_third_person_or_unclear_is_soft(text: str) -> None:
    """These carry on gently, with a note to the coach."""
    assert screen(text).level is Level.SOFT


@pytest.mark.parametrize("text", HARMLESS)
def test_everyday_talk_is_never_now(text: str) -> None:
    """An idiom or an ordinary bad day rings no alarm."""
    assert screen(text).level is not Level.NOW


def test_there_are_enough_harmless_sentences() -> None:
    """The list of hard negatives stays long, and most of them are not even soft."""
    soft = [text for text in HARMLESS if screen(text).level is Level.SOFT]
    assert len(HARMLESS) >= 120
    assert len(soft) <= len(HARMLESS) * 0.14


@pytest.mark.parametrize(("category", "text"), OUTRIGHT)
def test_an_idiom_beside_it_lowers_nothing(category: Category, text: str) -> None:
    """The closed list covers its own words only."""
    assert screen(f"dying for a fag. {text}").level is Level.NOW


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        ("I want to", "die"),
        ("thinking about killing", "myself"),
        ("got nowhere to", "sleep tonight"),
    ],
)
def test_said_over_two_messages(earlier: str, text: str) -> None:
    """Words split over two messages are read as one, and marked in the newer."""
    verdict = screen(text, ScreenContext(earlier=(earlier,)))
    assert verdict.level is Level.NOW
    assert all(0 <= span.start < span.end <= len(text) for span in verdict.matched)


@pytest.mark.parametrize(
    "text", ["yes, tonight", "I mean it", "im doing it tonight", "deadly serious"]
)
def test_a_worry_confirmed_is_now(text: str) -> None:
    """A "yes, tonight" rings nobody alone and everybody after a worry."""
    assert screen(text).level is not Level.NOW
    assert (
        screen(text, ScreenContext(earlier=("I keep thinking about suicide",))).level is Level.NOW
    )


@pytest.mark.parametrize("text", ["yes", "ok thanks", "went to the shops", "chips tonight"])
def test_an_ordinary_answer_after_a_worry_is_not_raised(text: str) -> None:
    """What was said before was dealt with before; a new message counts for itself."""
    assert screen(text, ScreenContext(earlier=("I want to die",))).level is Level.NONE


def test_two_concerns_are_both_kept() -> None:
    """A worry about us is seen beside a louder one, since it goes to someone else."""
    found = {hit.category for hit in screen("I want to die. my coach touched me").hits}
    assert {Category.SUICIDE, Category.ABOUT_US} <= found


def test_what_could_not_fit_would_not_have_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns are passed over for words that are missing; trying each of them finds no more."""
    texts = [text for _, text in OUTRIGHT[::5]] + SOFTER[::5] + HARMLESS[::5]
    quick = [sorted(map(repr, screen(text).hits)) for text in texts]
    monkeypatch.setattr(Pack, "could_fit", lambda _self, _present: True)
    assert [sorted(map(repr, screen(text).hits)) for text in texts] == quick
