"""The same questions, put to sentences by a third writer who had seen neither bot nor data.

Where the first reading fell short of an aim, what it measured is the bound: it only gets better.
Nothing is to be mended sentence by sentence from these: what they show is mended as a kind, and
the figures of the first reading stay in docs/measurements.md.
"""

from collections import Counter
from typing import NamedTuple

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Bound(NamedTuple):
    """What is aimed at, and what these tests keep: the first reading, or the aim it reached."""

    aim: float
    measured: float


# Least macro F1, and least of any intent.
MACRO_F1 = Bound(aim=0.85, measured=0.85)
WEAKEST_F1 = Bound(aim=0.70, measured=0.70)
# Most messages that only hold the word but are read as stop, pause or ask_coach.
CONFUSED = {
    "STOP": Bound(aim=0, measured=0),
    "PAUSE": Bound(aim=0, measured=0),
    "COACH": Bound(aim=0, measured=0),
}
# Largest share read as a noticing or as chat.
LOST = {
    "worry": Bound(aim=0.02, measured=0.02),
    "practical": Bound(aim=0.02, measured=0.02),
}
# Least share of plain requests heard.
HEARD = {
    "stop": Bound(aim=0.9, measured=0.87),
    "pause": Bound(aim=0.9, measured=0.9),
    "resume": Bound(aim=0.9, measured=0.9),
    "ask_coach": Bound(aim=0.9, measured=0.9),
    "ask_someone_else": Bound(aim=0.9, measured=0.9),
}
# Least share marked of what was told; largest share marked of what told nothing.
TOLD = {
    "how": Bound(aim=0.8, measured=0.8),
    "helped": Bound(aim=0.8, measured=0.8),
    "who": Bound(aim=0.8, measured=0.8),
    "difference": Bound(aim=0.8, measured=0.8),
}
BARE_TAKEN = Bound(aim=0.1, measured=0.1)
# Most quotations against the rule; least share of harmless longer messages given back.
BREACHES = Bound(aim=0, measured=0)
GIVEN_BACK = Bound(aim=0.5, measured=0.25)
# The same through the bot's own door, as an answer and unprompted.
SET_OFF = Bound(aim=0, measured=1)
UNSEEN = {
    "worry": Bound(aim=0.02, measured=0.02),
    "practical": Bound(aim=0.02, measured=0.02),
}
QUOTED = Bound(aim=0, measured=0)

SILENCING = {"stop", "pause", "ask_coach"}
GOOD_NEWS_OR_CHAT = {
    "share_noticing",
    "share_normal",
    "small_talk",
    "greet",
    "thanks",
    "answer_ok",
}
COMMANDS = {"stop", "pause", "request_hand_off"}
# What leaves a row that a person sees as a matter for them.
ACTED_ON = {
    "record_worry",
    "record_hard",
    "ask_person",
    "request_session_change",
    "request_hand_off",
}
BOTH_WAYS = pytest.mark.parametrize("prompted", [True, False], ids=["an answer", "unprompted"])


def _pairs(sentences, understood):
    return [(s["intent"], understood[s["id"]]["intent"]) for s in sentences]


def _said(bound):
    return f"aim {bound.aim:g}, kept at {bound.measured:g}"


def test_every_intent(sets, understood, taught, scores, short, show):
    """Macro F1 and the weakest intent keep what the first reading held."""
    pairs = _pairs(sets["blind_heldout"], understood)
    table = scores(pairs)
    known = {short(line) for line in taught}
    fresh = [s for s in sets["blind_heldout"] if short(s["text"]) not in known]
    macro = sum(row[2] for row in table.values()) / len(table)
    unseen = scores(_pairs(fresh, understood))
    weakest = min(table, key=lambda intent: table[intent][2])
    show(
        f"{'intent':<20}{'precision':>10}{'recall':>8}{'F1':>7}{'of':>5}",
        *(f"{i:<20}{p:>10.2f}{r:>8.2f}{f:>7.2f}{n:>5}" for i, (p, r, f, n) in table.items()),
        f"blind macro F1 {macro:.3f} over {len(pairs)} sentences ({_said(MACRO_F1)}); without the "
        f"{len(pairs) - len(fresh)} short ones of the training data "
        f"{sum(row[2] for row in unseen.values()) / len(unseen):.3f}; "
        f"{sum(f < WEAKEST_F1.aim for _, _, f, _ in table.values())} intents under "
        f"{WEAKEST_F1.aim}; weakest {weakest} {table[weakest][2]:.2f} ({_said(WEAKEST_F1)}); "
        f"right {sum(t == r for t, r in pairs)}",
        "most mistaken: "
        + ", ".join(
            f"{t} for {r} {n}"
            for (t, r), n in Counter(p for p in pairs if p[0] != p[1]).most_common(25)
        ),
    )
    assert macro >= MACRO_F1.measured
    assert table[weakest][2] >= WEAKEST_F1.measured


@pytest.mark.parametrize("word", CONFUSED)
def test_an_everyday_message_read_as_a_command(sets, understood, listed, show, word):
    """No more messages that only hold the word are read as the command than at first."""
    held = [s for s in sets["blind_confusions"] if s["word"] == word]
    wrong = [
        (s["id"], understood[s["id"]]["intent"], s["text"])
        for s in held
        if understood[s["id"]]["intent"] in SILENCING
    ]
    show(f"blind {word}: {len(wrong)} of {len(held)} read as one ({_said(CONFUSED[word])})")
    assert len(wrong) <= CONFUSED[word].measured, listed(wrong)


@pytest.mark.parametrize("kind", LOST)
def test_a_worry_or_a_practical_matter_filed_as_good_news(sets, understood, listed, show, kind):
    """No larger a share is read as a noticing or as chat than at first."""
    filed = [s for s in sets["blind_filing"] if s["kind"] == kind]
    where = Counter(understood[s["id"]]["intent"] for s in filed)
    lost = [s for s in filed if understood[s["id"]]["intent"] in GOOD_NEWS_OR_CHAT]
    show(
        f"blind {kind}: {len(lost)} of {len(filed)} read as noticing or chat "
        f"({_said(LOST[kind])}); read as {dict(where)}"
    )
    assert len(lost) <= LOST[kind].measured * len(filed), listed([(s["id"],) for s in lost])


@pytest.mark.parametrize("asked", HEARD)
def test_a_plain_request_is_heard(sets, understood, listed, show, asked):
    """No smaller a share of requests is heard than at first."""
    free = [s for s in sets["blind_opt_in"] if s["intent"] == asked]
    read = [(s["id"], understood[s["id"]]["intent"], s["text"]) for s in free]
    missed = [one for one in read if one[1] != asked]
    show(f"blind {asked}: {len(free) - len(missed)} of {len(free)} heard ({_said(HEARD[asked])})")
    assert len(free) - len(missed) >= HEARD[asked].measured * len(free), listed(missed)


@pytest.mark.parametrize("kind", TOLD)
def test_what_was_told_is_marked(sets, understood, listed, show, kind):
    """No smaller a share of what an answer tells is marked as told than at first."""
    said = [s for s in sets["blind_told"] if kind in s["told"]]
    marked = [
        s for s in sets["blind_told"] if kind in understood[s["id"]]["marks"].get("told", [])
    ]
    missed = [(s["id"], s["text"]) for s in said if s not in marked]
    extra = [s for s in marked if s not in said]
    show(
        f"blind told {kind}: recall {1 - len(missed) / len(said):.2f} of {len(said)}, "
        f"{len(extra)} marked besides ({_said(TOLD[kind])})"
    )
    assert len(said) - len(missed) >= TOLD[kind].measured * len(said), listed(missed)


def test_a_bare_answer_is_still_asked(sets, understood, listed, show):
    """No larger a share of answers that tell nothing is taken for telling than at first."""
    bare = [s for s in sets["blind_told"] if not s["told"]]
    told = [(s["id"], understood[s["id"]]["marks"].get("told"), s["text"]) for s in bare]
    wrong = [one for one in told if one[1]]
    show(f"blind told nothing: {len(wrong)} of {len(bare)} marked ({_said(BARE_TAKEN)})")
    assert len(wrong) <= BARE_TAKEN.measured * len(bare), listed(wrong)


def test_what_may_be_given_back(sets, understood, breach, listed, show):
    """No more quotations break conduct rule 4 than at first, and no fewer good words return."""
    given = [
        (s, s["text"][slice(*quote)])
        for s in sets["blind_quotes"]
        if (quote := understood[s["id"]]["marks"].get("quote"))
    ]
    wrong = [(s["id"], why, quote) for s, quote in given if (why := breach(s, quote))]
    free = [s for s in sets["blind_quotes"] if not s["must_not"] and len(s["text"].split()) >= 6]
    heard = sum(s in free for s, _ in given)
    show(
        f"blind quotations: {len(given)} of {len(sets['blind_quotes'])} messages give one, "
        f"{len(wrong)} break a rule ({_said(BREACHES)}); {heard} of {len(free)} harmless longer "
        f"ones are given back ({_said(GIVEN_BACK)})"
    )
    assert len(wrong) <= BREACHES.measured, listed(wrong)
    assert heard >= GIVEN_BACK.measured * len(free)


@BOTH_WAYS
def test_an_everyday_message_sets_off_a_command(sets, say, listed, show, prompted):
    """No more everyday messages silence the bot or call a person than at first."""
    wrong = []
    for sentence in sets["blind_confusions"]:
        done = [c["command"] for c in say(sentence, prompted=prompted)[1]["commands"]]
        wrong += [(sentence["id"], c, sentence["text"]) for c in done if c in COMMANDS]
    show(
        f"blind door: {len(wrong)} of {len(sets['blind_confusions'])} set off a command "
        f"({_said(SET_OFF)})"
    )
    assert len(wrong) <= SET_OFF.measured, listed(wrong)


@BOTH_WAYS
@pytest.mark.parametrize("kind", LOST)
def test_a_matter_reaches_a_person(sets, say, listed, show, prompted, kind):
    """No larger a share of matters leaves nothing for a person to act on than at first."""
    bound = UNSEEN[kind]
    filed = [s for s in sets["blind_filing"] if s["kind"] == kind]
    lost = []
    for sentence in filed:
        done = {c["command"] for c in say(sentence, prompted=prompted)[1]["commands"]}
        if not ACTED_ON & done:
            lost.append((sentence["id"], sorted(done), sentence["text"]))
    show(f"blind door {kind}: {len(lost)} of {len(filed)} reach nobody ({_said(bound)})")
    assert len(lost) <= bound.measured * len(filed), listed(lost)


@BOTH_WAYS
def test_a_reply_that_gives_words_back(sets, say, breach, listed, show, prompted):
    """No more replies give back what they may not than at first."""
    given, wrong = 0, []
    for sentence in sets["blind_quotes"]:
        texts, answer = say(sentence, prompted=prompted)
        spans = [reply.get("values", {}).get("quote") for reply in answer["replies"]]
        for span in spans:
            if isinstance(span, dict):
                given += 1
                quote = texts[span["ref"]][span["start"] : span["end"]]
                if why := breach(sentence, quote):
                    wrong.append((sentence["id"], why, quote))
    show(f"blind door: {given} quotations given, {len(wrong)} against the rule ({_said(QUOTED)})")
    assert len(wrong) <= QUOTED.measured, listed(wrong)
