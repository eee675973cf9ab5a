"""The simulated network: no idempotency key, a ledger of its own, safe among threads."""

import asyncio
import sqlite3
import threading

from channels.base import Choice, Outbound
from channels.ledger import Ledger
from channels.simulator import Simulator


def test_twice_shows_twice(tmp_path):
    """Like the real ones it takes no idempotency key: a repeat is a second message."""
    ledger = Ledger(tmp_path / "phones.db")
    channel = Simulator("telegram", ledger)
    message = Outbound("1001", "hello", reference="r1")
    receipts = [asyncio.run(channel.send(message)) for _ in range(2)]
    assert receipts[0].provider_id != receipts[1].provider_id
    assert [shown.reference for shown in ledger.shown("telegram", "1001")] == ["r1", "r1"]


def test_what_is_shown_is_what_was_sent(tmp_path):
    """Text, choices, prompt and order come back exactly, and only on their own phone."""
    ledger = Ledger(tmp_path / "phones.db")
    texts = ["one\nline \U0001f642", "\u0623\u0646\u0627", "", "x" * 5000]
    choices = (Choice("a", "A \u2713"), Choice("b", "B"))
    for text in texts:
        ledger.add("sms", Outbound("0770", text, choices, prompt="p1", reference="r"))
    ledger.add("sms", Outbound("0771", "other"))
    ledger.add("telegram", Outbound("0770", "other"))
    shown = ledger.shown("sms", "0770")
    assert [each.text for each in shown] == texts
    assert shown[0].choices == choices
    assert shown[0].prompt == "p1"
    assert [each.text for each in ledger.shown("sms", "0770", after=shown[1].id)] == texts[2:]


def test_many_threads(tmp_path):
    """Messages handed over at the same time are all there, each once."""
    ledger = Ledger(tmp_path / "phones.db")

    def send(number):
        for count in range(10):
            ledger.add("sms", Outbound("0770", f"{number}-{count}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [each.text for each in ledger.shown("sms", "0770")]
    assert sorted(texts) == sorted(f"{n}-{c}" for n in range(5) for c in range(10))


def test_kept_when_it_returns(tmp_path):
    """A message is in the ledger when `add` returns: another process sees it at once."""
    ledger = Ledger(tmp_path / "phones.db")
    number = ledger.add("sms", Outbound("0770", "hello"))
    with sqlite3.connect(tmp_path / "phones.db") as other:
        assert other.execute("SELECT id FROM sent").fetchall() == [(number,)]
    other.close()
