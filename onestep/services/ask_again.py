"""Asks an open question again when nobody knows whether the client ever got it (R6)."""

from collections.abc import Mapping

from channels.afterwards import LooksUp
from channels.base import Channel
from onestep.domain.permission import SendKind
from onestep.services.scope import Scope
from onestep.services.speak import REPLY_LIVES
from onestep.storage import gone_out, outbox
from onestep.storage.models import Address, Outbox


def ask_again(scope: Scope, channels: Mapping[str, Channel]) -> None:
    """At the end of a turn: asks what still waits for an answer, and lets go what does not.

    Only when the client has just written. A question that was answered, or that the
    turn has put anew, is not said again; nor one whose provider may still tell what became of it.
    Whether it may go out to this client now is for the gate to say, as ever.
    """
    if not scope.messages or not scope.left_hanging:
        return
    for row, prompt in gone_out.unsure_questions(scope.session, scope.client.id):
        if not prompt.open:
            row.reason = gone_out.MOVED_ON
        elif scope.address is not None and not _may_be_told(scope, row, channels):
            _ask(scope, row, scope.address)
    scope.session.flush()


def _may_be_told(scope: Scope, row: Outbox, channels: Mapping[str, Channel]) -> bool:
    channel = scope.session.get_one(Address, row.address_id).channel
    asked = isinstance(channels.get(channel), LooksUp)
    return asked and row.reason in gone_out.MAY_BE_LOOKED_UP


def _ask(scope: Scope, row: Outbox, address: Address) -> None:
    row.reason = gone_out.ASKED_AGAIN
    outbox.queue(
        scope.session,
        client_id=scope.client.id,
        address_id=address.id,
        message_id=row.message_id,
        kind=SendKind.REPLY.value,
        now=scope.now,
        choices=row.choices,
        turn_id=scope.turn_id,
        not_after=scope.now + REPLY_LIVES,
    )
