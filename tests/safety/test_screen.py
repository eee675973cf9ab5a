"""The seam: any text gives a verdict, quickly, with spans in the raw text, and never an error."""

from __future__ import annotations

import itertools
import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from onestep.safety import (
    Level,
    Request,
    RulesError,
    ScreenContext,
    Unread,
    Verdict,
    ready,
    screen,
)
from onestep.safety import door as door_module
from onestep.safety.fold import fold
from onestep.safety.rules import HERE, load

ready()
ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates and NUL included


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT, earlier=st.lists(ANY_TEXT, max_size=4))
def test_any_text_gives_a_verdict(text: str, earlier: list[str]) -> None:
    """Nothing that can be typed makes the rules fail; spans lie inside the text."""
    verdict = screen(text, ScreenContext(earlier=tuple(earlier)))
    assert not verdict.failed
    assert all(0 <= span.start < span.end <= len(text) for span in verdict.matched)


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT)
def test_folding_keeps_every_place(text: str) -> None:
    """One character folds to one, and folding twice changes nothing more."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@settings(max_examples=100, deadline=None)
@given(before=st.text(max_size=120), after=st.text(max_size=120))
def test_other_words_around_never_hide_it(before: str, after: str) -> None:
    """Whatever stands on the lines around it, a plain sentence of danger is seen."""
    said = "I am going to kill myself"
    text = f"{before}\n. {said} .\n{after}"
    verdict = screen(text)
    assert verdict.level is Level.NOW
    assert any("kill myself" in words for words in verdict.words(text))


_LISTS = yaml.safe_load((HERE / "en" / "harmless.yml").read_text())
HARMLESS = " ".join(itertools.chain(*_LISTS.values()))


@pytest.mark.parametrize("said", ["I am going to kill myself", "I want to die"])
def test_no_harmless_word_beside_it_hides_it(said: str) -> None:
    """A line before or after that holds a word of something harmless makes it no less."""
    words = sorted(set(re.findall("[a-z]+", HARMLESS)))
    texts = [f"{word}. {said}" for word in words]
    texts += [f"{word}\n{said}" for word in words] + [f"{said}\n{word}" for word in words]
    assert [text for text in texts if screen(text).level is not Level.NOW] == []


@pytest.mark.parametrize("start", ["watching telly", "a film", "W@TCH", "reading my book"])
def test_what_was_watched_hides_nothing_after_it(start: str) -> None:
    """Found by chance, after thousands: the danger was taken for the film's."""
    for between in (". ", "\n", "\n. ", " and ", ", "):
        assert screen(f"{start}{between}I am going to kill myself").level is Level.NOW
    assert screen(f"{start} about a murderer who kills people").level is Level.NONE


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("ikmyself wantod'.!?\u200b\u2019-\n"), max_size=80))
def test_the_same_text_gives_the_same_verdict(text: str) -> None:
    """The screen keeps nothing between messages."""
    assert screen(text) == screen(text)


def test_matched_spans_point_into_the_raw_text() -> None:
    """Emoji, zero-width signs and fancy letters before it shift nothing."""
    text = "\U0001f602\u200b\u00e9 \ufb01ne. I\u2019m gonna k\u200bill  myself \U0001f602"
    assert screen(text).words(text) == ["k\u200bill  myself"]


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "...", "\U0001f44d", "\U0001f602\U0001f602", "1", "?"]
)
def test_no_words_is_no_concern(text: str) -> None:
    """Empty, blank and emoji-only messages are none."""
    assert screen(text).level is Level.NONE


def test_laughter_and_emoji_are_flags() -> None:
    """They are noted and lower nothing."""
    assert screen("alright lol \U0001f602").flags == {"laughter", "emoji"}
    assert screen("alright").flags == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "\u043f\u0440\u0438\u0432\u0435\u0442",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u4f60\u597d\u5417",
        "hello \u043f\u0440\u0438\u0432\u0435\u0442",
    ],
)
def test_letters_we_cannot_read_are_unread(text: str) -> None:
    """A script without rules goes to a person."""
    verdict = screen(text)
    assert (verdict.level, verdict.reason) == (Level.UNREAD, Unread.UNREADABLE_SCRIPT)


def test_what_can_be_read_beside_another_script_still_counts() -> None:
    """English danger inside a mixed message is now, and the rest is noted as unread."""
    verdict = screen("\u043f\u0440\u0438\u0432\u0435\u0442 I want to die")
    assert (verdict.level, verdict.reason) == (Level.NOW, Unread.UNREADABLE_SCRIPT)


def test_letters_borrowed_from_another_script_are_read() -> None:
    """A Cyrillic letter in an English word hides nothing."""
    assert screen("I want to d\u0456e").level is Level.NOW


@pytest.mark.parametrize(
    "text", ["nie chce mi si\u0119 ju\u017c dalej \u017cy\u0107", "ya no quiero seguir viviendo"]
)
def test_a_text_without_one_english_word_is_unread(text: str) -> None:
    """Another language in our letters goes to a person, too."""
    assert screen(text).reason is Unread.UNFAMILIAR_LANGUAGE


@pytest.mark.parametrize("language", ["cy", "pl", "", "../en", "en/../en"])
def test_a_language_without_rules_is_unread(language: str) -> None:
    """No rules of its own, no reading."""
    verdict = screen("dw i eisiau marw", ScreenContext(language=language))
    assert (verdict.level, verdict.reason) == (Level.UNREAD, Unread.LANGUAGE_WITHOUT_RULES)


def test_broken_rules_give_unread_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rules fail the message goes to a person, and nothing is raised."""

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(door_module, "find", broken)
    assert screen("hello") == Verdict(level=Level.UNREAD, reason=Unread.RULES_FAILED, failed=True)


@pytest.mark.parametrize("wrong", [None, 5, b"hello"])
def test_not_a_text_is_unread(wrong: object) -> None:
    """Even a wrong call is answered."""
    assert screen(wrong).failed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "content", "place"),
    [
        ("rules/suicide.yml", "x: {say: ['{nobody} dies']}", "x: {nobody} dies"),
        ("rules/suicide.yml", "x: {says: ['dies']}", "x"),
        ("rules/suicide.yml", "x: {say: ['dies'], level: loud}", "x"),
        ("rules/suicide.yml", "x: {say: ['a & b']}", "x: a & b"),
        ("rules/suicide.yml", "x: [", "line 2"),
        ("rules/suicide.yml", "- x", "file"),
        ("rules/suicide.yml", "x: {say: ['~ ..2']}", "x: ~ ..2"),
    ],
)
def test_a_broken_rule_file_stops_the_start(
    tmp_path: Path, file: str, content: str, place: str
) -> None:
    """The error names the file, the rule and the reason."""
    import shutil

    shutil.copytree(HERE / "en", tmp_path / "en")
    (tmp_path / "en" / file).write_text(content, encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        load("en", tmp_path)
    assert caught.value.file == Path(file).name
    assert caught.value.place == place


def test_a_missing_rule_file_stops_the_start(tmp_path: Path) -> None:
    """So does a file that is not there."""
    with pytest.raises(RulesError, match="missing"):
        load("en", tmp_path)


SAID = "I want to kill myself"
LONG = "went to the shops and had a nice cup of tea with my sister after that "


@pytest.mark.parametrize("length", [2_000, 4_000, 50_000, 200_000])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_long_text_is_read_through(length: int, share: float) -> None:
    """A concern at the start, in the middle or at the end of a long text is seen."""
    filling = LONG * (length // len(LONG))
    at = int(len(filling) * share)
    assert screen(f"{filling[:at]}. {SAID}. {filling[at:]}").level is Level.NOW


def test_a_text_too_long_to_read_closely_goes_to_a_person() -> None:
    """Longer than any phone sends: unread when nothing louder was found."""
    verdict = screen(LONG * 1000)
    assert (verdict.level, verdict.reason) == (Level.UNREAD, Unread.TOO_LONG)


@pytest.mark.parametrize(
    "filling",
    [
        LONG,
        "kill ",
        "a",
        "a ",
        "a!",
        "'",
        "k\u200bi\u200bll ",
        "\U0001f602",
        "\ufdfa",
        "i really want to ",
        "\x00",
        "\ud800",
        "die\n",
        "k*",
        "@",
    ],
)
def test_200_000_characters_are_bounded(filling: str) -> None:
    """No text is slow out of all proportion: how fast in truth is measured in benchmarks/."""
    text = (filling * 200_000)[:200_000]
    screen(text)
    start = time.perf_counter()
    screen(text)
    assert time.perf_counter() - start < 5


@pytest.mark.slow
def test_a_message_takes_a_few_milliseconds() -> None:
    """One in the middle; about 3 ms on a quiet machine, which is measured in benchmarks/."""
    times = []
    for _ in range(200):
        start = time.perf_counter()
        screen(
            "been sleeping better tbh, went to see my mum and nobody kicked off, want more of that"
        )
        times.append(time.perf_counter() - start)
    assert sorted(times)[100] < 0.3


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("STOP", Request.STOP),
        ("stop.", Request.STOP),
        ("Stopall", Request.STOP),
        ("please stop texting me", Request.STOP),
        ("unsubscribe!", Request.STOP),
        ("don't text me anymore", Request.STOP),
        ("COACH", Request.HUMAN),
        ("can I speak to a human please", Request.HUMAN),
        ("can someone ring me", Request.HUMAN),
        ("pls can i talk to someone", Request.HUMAN),
        ("PAUSE", Request.PAUSE),
        ("pause 2 weeks", Request.PAUSE),
        ("give me a break for a bit", Request.PAUSE),
        ("leave me till Monday", Request.PAUSE),
        ("Resume", Request.RESUME),
        ("you can message me again", Request.RESUME),
        ("HELP", Request.HELP),
        ("info", Request.HELP),
    ],
)
def test_plain_requests_are_found(text: str, request_: Request) -> None:
    """A request in its plain words, whatever its case, signs and courtesies."""
    assert screen(text).request is request_


@pytest.mark.parametrize(
    "text",
    [
        "I stopped drinking",
        "I want to stop drinking",
        "got the coach to Swansea",
        "my coach said hi",
        "we paused the film",
        "paused the telly",
        "quit my job",
        "cancel my appointment",
        "end of my tether",
        "my support worker told me to quit",
        "laters",
        "now in a minute",
        "im back on it",
        "I helped my nan",
        "stop it you",
        "no stopping me now",
        "the bus stop",
        "help came at last",
        "started again at college",
        "a real person held the door",
        "my mum rang me",
        "take a break from the fags",
        "yes",
        "ok",
        "hi",
    ],
)
def test_other_talk_is_no_request(text: str) -> None:
    """Words of commands inside other sentences ask for nothing."""
    assert screen(text).request is Request.NONE
