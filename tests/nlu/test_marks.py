"""What a message is said to contain: what it tells, and what of it may be given back."""

import pytest

pytestmark = pytest.mark.slow

KINDS = ["how", "helped", "who", "difference"]


def _told(sentence, understood):
    return set(understood[sentence["id"]]["marks"].get("told", []))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_told_is_not_asked_again(sets, understood, listed, show, kind):
    """Of what an answer already tells, at least eight in ten are marked as told."""
    said = [s for s in sets["told"] if kind in s["told"]]
    marked = [s for s in sets["told"] if kind in _told(s, understood)]
    missed = [(s["id"], s["text"]) for s in said if s not in marked]
    extra = [(s["id"], s["text"]) for s in marked if s not in said]
    precision = 1 - len(extra) / len(marked) if marked else 0.0
    recall = 1 - len(missed) / len(said)
    show(f"told {kind}: recall {recall:.2f}, precision {precision:.2f} ({len(said)} sentences)")
    assert recall >= 0.8, listed(missed)


def test_an_answer_that_tells_nothing_is_still_asked(sets, understood, listed, show):
    """At most one bare answer in ten is taken for one that told something."""
    bare = [s for s in sets["told"] if not s["told"]]
    wrong = [(s["id"], sorted(_told(s, understood)), s["text"]) for s in bare]
    wrong = [w for w in wrong if w[1]]
    show(f"told nothing: {len(wrong)} of {len(bare)} marked as telling something")
    assert len(wrong) <= 0.1 * len(bare), listed(wrong)


def test_what_may_be_given_back_breaks_no_rule(sets, understood, breach, listed, show):
    """No quotation holds a name, money, health, a number, an insult or a hard word."""
    given = [
        (s, understood[s["id"]]["marks"]["quote"])
        for s in sets["quotes"]
        if understood[s["id"]]["marks"].get("quote")
    ]
    wrong = [
        (s["id"], why, s["text"][span[0] : span[1]], s["text"])
        for s, span in given
        if (why := breach(s, s["text"][span[0] : span[1]]))
    ]
    free = [s for s in sets["quotes"] if not s["must_not"] and len(s["text"].split()) >= 6]
    heard = sum(s in free for s, _ in given)
    show(
        f"quotations: {len(given)} of {len(sets['quotes'])} messages give one, "
        f"{len(wrong)} break a rule; {heard} of {len(free)} harmless longer ones are given back"
    )
    assert not wrong, listed(wrong)


def test_harmless_words_are_given_back_often_enough(sets, understood):
    """A bot that never quotes breaks no rule and is cold: half of the harmless ones are given."""
    free = [s for s in sets["quotes"] if not s["must_not"] and len(s["text"].split()) >= 6]
    given = [s for s in free if understood[s["id"]]["marks"].get("quote")]
    assert len(given) >= 0.5 * len(free)
