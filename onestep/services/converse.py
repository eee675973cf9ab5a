"""Answers what waits in a client's queue: one claim, one bot turn, one transaction (D2, D4).

claim → (no bot needed: answered in the same transaction)
      → ask the bot, no transaction open → commit: commands, state, replies, handled
      → the bot is away: the rows go back, the client is told the truth once
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from onestep import dialogue
from onestep.domain.permission import SendKind
from onestep.services import context, fallback, quick
from onestep.services.app import App
from onestep.services.apply import apply_all, known_to
from onestep.services.ask_again import ask_again
from onestep.services.choose import chosen
from onestep.services.reply import reply
from onestep.services.scope import Scope, open_scope
from onestep.storage import cancel, inbox, sealed, talk
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.errors import LeaseLost
from onestep.storage.inbox import Claim
from onestep.storage.models import Inbox, Message

log = logging.getLogger(__name__)

MOST_LETTERS = 4096  # of one message that the bot reads (security S3); what is kept is kept whole

# What each event's message is to the gate; any other answers something the client did.
STARTED = {
    "check_in_due": SendKind.CHECK_IN,
    "pause_over": SendKind.PAUSE_OVER,
    "hand_off_closed": SendKind.HAND_OFF_NOTICE,
    "not_a_concern": SendKind.HAND_OFF_NOTICE,
}


@dataclass(frozen=True)
class Phone:
    """Where it may be shown that an answer is being made; nowhere where `to` is None."""

    channel: str
    to: str | None = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """A claim that needs the bot, with the request made of it."""

    claim: Claim
    turn: dialogue.Turn
    kind: SendKind
    context: context.Context
    phone: Phone
    messages: tuple[Message, ...]


async def converse(app: App) -> bool:
    """Answers one stretch of one client's queue. False when nothing is due."""
    asked = await asyncio.to_thread(_take, app)
    if not isinstance(asked, Asked):
        if asked:
            app.bells.ring("outbox")
        return asked
    try:
        async with app.typing.shown(app.channels.get(asked.phone.channel), asked.phone.to):
            answer = await app.bot.turn(asked.turn)
        await asyncio.to_thread(_commit, app, asked, answer)
    except LeaseLost:
        log.warning("turn put aside: another worker took it over")
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001  # one client's turn must not stop anyone else's
        await asyncio.to_thread(_put_aside, app, asked.claim, fault)
    app.bells.ring("outbox")
    return True


def _take(app: App) -> Asked | bool:
    """Claims a stretch; answers it here and now when the bot is not needed.

    What goes wrong with it is undone, and claimed anew to be put aside: others go on meanwhile.

    It does not look first: a bell rang, and the lock that a look in vain takes is short.

    Not synced: a claim that is forgotten when the power fails is made again, and nothing that is
    said here goes out before a send has been claimed, which is synced.
    """
    now, claim = app.clock(), None
    try:
        with app.db.write(synced=False) as session:
            claim = inbox.claim(session, now=now, lease_seconds=app.lease_seconds)
            return claim is not None and _answer_or_ask(app, session, claim)
    except DATABASE_AWAY:
        raise
    except Exception as fault:
        if claim is None:
            raise
        _claim_and_put_aside(app, claim, fault)  # one client's row must not stop anyone else's
        return True


def _claim_and_put_aside(app: App, undone: Claim, fault: Exception) -> None:
    with app.db.write() as session:
        claim = inbox.claim_again(
            session, undone, now=app.clock(), lease_seconds=app.lease_seconds
        )
    if claim is not None:
        _put_aside(app, claim, fault)


def _answer_or_ask(app: App, session: Session, claim: Claim) -> Asked | bool:
    scope = _scope(app, session, claim)
    if not quick.answer(scope, claim):
        return _ask(scope, claim)
    ask_again(scope, app.channels)
    inbox.finish(session, claim)
    return True


def _put_aside(app: App, claim: Claim, fault: Exception) -> None:
    # Only the kind of fault: its text may quote what a client wrote.
    log.warning("turn failed: %s", type(fault).__name__)
    fallback.bot_away(app, claim, fault)


def _scope(
    app: App, session: Session, claim: Claim, messages: Sequence[Message] | None = None
) -> Scope:
    return open_scope(
        session,
        app.content,
        client_id=claim.client_id,
        turn_id=claim.turn_id,
        now=app.clock(),
        message_ids=[row.message_id for row in claim.rows if row.message_id is not None],
        messages=messages,
    )


def _ask(scope: Scope, claim: Claim) -> Asked:
    first = claim.rows[0]
    picked = chosen(scope, first) if first.kind == "choice" else None
    quick.ensure_conversation(scope, first)
    turn_input: dialogue.TurnInput
    if first.kind == "event":
        turn_input = dialogue.Happened(dialogue.Event(str(first.body["event"])))
    elif picked is not None:
        turn_input = dialogue.Choice(picked.prompt_id, picked.key)
    else:
        turn_input = dialogue.Texts(
            tuple(dialogue.Text(ref, text[:MOST_LETTERS]) for ref, text in scope.texts.items())
        )
    known = context.build(scope)
    turn = dialogue.Turn(
        turn_id=claim.turn_id,
        input=turn_input,
        state=scope.dialogue.state or None,
        context=known.fields,
    )
    kind, phone = _kind(first.kind, first.body), _phone(scope, first)
    return Asked(claim, turn, kind, known, phone, scope.messages)


def _phone(scope: Scope, first: Inbox) -> Phone:
    """Nothing is shown for what the service began, nor to who has asked for quiet.

    Who has asked for a person writes to them: no turn comes this far.
    """
    address = scope.address
    shows = first.kind != "event" and scope.client.contact == "active" and not scope.client.held
    if address is None or not shows:
        return Phone(scope.channel, None)
    return Phone(address.channel, sealed.address_value(scope.session, address))


def _kind(row_kind: str, body: dict[str, object]) -> SendKind:
    if row_kind != "event":
        return SendKind.REPLY
    return STARTED.get(str(body["event"]), SendKind.REPLY)


def _commit(app: App, asked: Asked, answer: dialogue.Answer) -> None:
    """One transaction: handled, commands, dialogue state and replies, together or not at all.

    Not synced, for the reason `_take` gives: forgotten whole, the turn is made again.
    """
    with app.db.write(synced=False) as session:
        inbox.finish(session, asked.claim)
        scope = _scope(app, session, asked.claim, asked.messages)
        if scope.messages and scope.left_hanging:
            cancel.held(session, client_id=scope.client.id)
        _record_turn(scope, answer)
        apply_all(scope, answer.commands, known_to(scope, asked.context, answer.commands))
        scope.dialogue.state, scope.dialogue.updated_at = dict(answer.state), scope.now
        reply(scope, answer, kind=asked.kind, known=asked.context, last=asked.claim.rows[-1])
        ask_again(scope, app.channels)
        quick.close_if_over(scope)


def _record_turn(scope: Scope, answer: dialogue.Answer) -> None:
    talk.add_turn(
        scope.session,
        id=scope.turn_id,
        client_id=scope.client.id,
        by="bot",
        now=scope.now,
        conversation_id=scope.conversation.id if scope.conversation else None,
        intent=answer.understood.intent,
        confidence=answer.understood.confidence,
        model=answer.model,
    )
    for message in scope.messages:
        message.turn_id = scope.turn_id
        message.conversation_id = scope.conversation.id if scope.conversation else None
