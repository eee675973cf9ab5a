"""The sets themselves: large enough, well formed, and unseen by the bot."""

import re
from collections import Counter

import pytest

RUN = 5  # words in a row that no sentence may share with what the bot learns from
LEAST = {"heldout": 800, "confusions": 340, "filing": 300, "told": 250, "quotes": 520} | {
    "blind_heldout": 640,
    "blind_confusions": 330,
    "blind_filing": 240,
    "blind_told": 160,
    "blind_quotes": 520,
    "blind_opt_in": 100,
}
WHO_WROTE = pytest.mark.parametrize("by", ["", "blind_"], ids=["second", "third"])
MARKS = {"how", "helped", "who", "difference"}
REQUESTS = {"stop", "pause", "resume", "ask_coach", "ask_someone_else"}


def _words(text):
    text = re.sub(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", text.lower())  # entity marks
    return re.findall(r"\w+", re.sub(r"['’‘`]", "", text))


def _runs(text):
    words = _words(text)
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_each_set_is_large_enough(sets, name, least):
    """A figure over too few sentences says nothing."""
    assert len(sets[name]) >= least


def test_ids_are_unique_and_sentences_appear_once_in_a_set(sets):
    """A sentence counted twice weighs twice; an id is how a failing one is named."""
    ids = Counter(s["id"] for each in sets.values() for s in each)
    assert [i for i, n in ids.items() if n > 1] == []
    for each in sets.values():
        texts = Counter(s["text"].lower() for s in each)
        assert [t for t, n in texts.items() if n > 1] == []


def test_every_intent_has_enough_held_out_sentences(sets):
    """Twelve for every intent, more for those that must not be mistaken."""
    count = Counter(s["intent"] for s in sets["heldout"])
    least = {"share_noticing": 90, "share_hard": 55, "share_worry": 55}
    least |= {"practical_matter": 55, "session_matter": 35}
    assert {i: n for i, n in count.items() if n < least.get(i, 12)} == {}
    blind = Counter(s["intent"] for s in sets["blind_heldout"])
    assert set(blind) == set(count)
    assert min(blind.values()) >= 12


@WHO_WROTE
def test_every_dangerous_word_has_its_confusions(sets, by):
    """At least 110 for each of STOP, PAUSE and COACH."""
    count = Counter(s["word"] for s in sets[f"{by}confusions"])
    assert set(count) == {"STOP", "PAUSE", "COACH"}
    assert min(count.values()) >= 110


@pytest.mark.parametrize(
    ("by", "kinds", "requests", "bare"),
    [("", 150, 60, 60), ("blind_", 120, 18, 80)],
    ids=["second", "third"],
)
def test_filing_told_and_opt_in_are_well_formed(sets, by, kinds, requests, bare):
    """Labels come from closed sets, with enough of each."""
    filed = Counter(s["kind"] for s in sets[f"{by}filing"])
    asked = Counter(s["intent"] for s in sets[f"{by}opt_in"])
    assert set(filed) == {"worry", "practical"}
    assert min(filed.values()) >= kinds
    assert set(asked) == REQUESTS
    assert min(asked.values()) >= requests
    assert all(set(s["told"]) <= MARKS for s in sets[f"{by}told"])
    assert sum(not s["told"] for s in sets[f"{by}told"]) >= bare


def test_what_may_not_be_quoted_is_in_its_sentence(sets):
    """A forbidden word that is not there would forbid nothing."""
    for s in sets["quotes"] + sets["blind_quotes"]:
        assert [w for w in s["must_not"] if w.lower() not in s["text"].lower()] == [], s["id"]


def test_no_sentence_shares_a_run_of_five_words_with_the_training_data(sets, taught):
    """What the bot was shown is not held out: case and punctuation do not make it new."""
    known = {}
    for line in taught:
        for run in _runs(line):
            known.setdefault(run, line)
    assert known, "no training data was found"
    shared = [
        (s["id"], " ".join(run), known[run])
        for each in sets.values()
        for s in each
        for run in _runs(s["text"])
        if run in known
    ]
    assert shared == [], f"{len(shared)} runs shared"
