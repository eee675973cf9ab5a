"""The glossary has every word of ours, once, with one line that says what we mean."""

import re

from tests.repository.tree import ROOT

WORDS = """client, coach, lead, address, consent, contact terms, contact state, check-in,
conversation, message, turn, command, noticing, best hopes, preferred future, small step,
outcome area, stage, rating, concern, alert, hand-off, relay, session, digest, worry, ask,
plan, reminder, entry, prompt, edit, unread, incident, safe contact, cover, deputy, on-call,
inbox, outbox, claim, lease, fence, deliver"""


def rows():
    """The glossary's words and meanings."""
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| ([a-z][a-z -]*) \| (.+) \|$", page, re.MULTILINE)
    return [(word, meaning) for word, meaning in found if word != "word"]


def test_every_word_is_explained():
    """Each word we build with has its line."""
    assert {word for word, _ in rows()} >= {" ".join(word.split()) for word in WORDS.split(",")}


def test_no_word_means_two_things():
    """A word stands in the glossary once."""
    listed = [word for word, _ in rows()]
    assert len(listed) == len(set(listed))
