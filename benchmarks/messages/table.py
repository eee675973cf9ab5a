"""The comparison in words: its table and what one has to know to read it."""

from collections.abc import Mapping
from datetime import date

from benchmarks.messages.judge import Counted
from benchmarks.messages.rounds import Size
from benchmarks.messages.work import SECONDS


def section(
    found: Mapping[str, Counted],
    *,
    on: date,
    rounds: int,
    size: Size,
    minutes: float,
    load: tuple[float, float],
) -> str:
    """The part of docs/benchmarks.md, in Markdown."""
    rows = "\n".join(
        f"| {name} | {each.messages} | {each.lost} | {each.shown} | {each.doubled} "
        f"| {each.out_of_order} |"
        for name, each in found.items()
    )
    return f"""## Messages through a SIGKILL

Measured on {on} with `python -m benchmarks.messages`, one run on 2 shared cores. The load of the
machine was {load[0]:.1f} when this began and {load[1]:.1f} when it ended; it took {minutes:.0f}
minutes. For each, {rounds} rounds of {size.messages} messages with one SIGKILL in each.

| | messages | lost | not answered, but shown to a person | doubled | out of order |
|---|---|---|---|---|---|
{rows}

- All run against the same small Bot API server (`tests/channels/bot_api`), and its ledger of what
  was sent is the judge. It keeps updates until they are confirmed, and posts again what was not
  answered with 200, each chat's in order, as Telegram does.
- In a round {size.chats} people write {size.messages} messages at {size.per_second:.0f} a second.
  At one moment of it, drawn at random and the same for all, everything that was started is ended
  with SIGKILL, and started again at once; people go on writing meanwhile. The round is over when
  all is answered, or when nothing has happened for twelve seconds and nothing waits.
- Each message has a number, and each answer names the messages it answers. *Lost*: no answer ever
  named it. *Doubled*: more than one did. *Out of order*: an answer to a later message of the same
  chat came first.
- Onestep runs as `onestep serve` runs it, with its own bot, screen and database; only the lines
  that the bot chose are exchanged for one that gives the message back, so that it can be
  recognised. Messages that wait together are answered together, once, which is no fault. The lull
  is 0, and a lease 10 s instead of 30, so that a round ends sooner.
- *Shown to a person*: a message that may or may not have gone out when the process died is not
  sent again, because the client might get it twice. `onestep outbox` and the coach see it. The
  others have nothing of the kind.
- The handler of python-telegram-bot works for {SECONDS * 1000:.0f} ms, writes a row to SQLite, and
  replies; the library is left as it comes, so it handles one update after the other. It confirms
  an update before the handler has run: what waits in its queue dies with it, and the faster people
  write, the more that is.
- Stock Rasa has the smallest assistant there can be, one rule and no model, whose one action does
  the same over Rasa's action server. Only `rasa run` is killed. It answers a webhook after its
  turn, so that what the kill interrupts is posted again. As it comes its Telegram channel answers
  nobody (every update is refused with "Event loop is closed", with the aiogram 2.15 that Rasa
  3.6.21 and its aiohttp ask for): here that one fault is mended.
"""
