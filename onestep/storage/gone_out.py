"""What has gone to a provider, or may have: looked up, settled by hand, looked back at."""

from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from onestep.storage.models import Address, Outbox, Prompt
from onestep.storage.outbox import changed

# Reasons of an uncertain row that its provider may yet be asked about.
MAY_BE_LOOKED_UP = ("no_answer", "sender_died")
# Reasons of an uncertain row that nobody need look at: asked once more, or the talk has gone on.
ASKED_AGAIN, MOVED_ON = "asked_again", "moved_on"
LET_BE = (ASKED_AGAIN, MOVED_ON)
BY_HAND = "by_hand"  # the reason of a row that a person has sent again or settled
# What lies with a provider, or may.
GONE_OUT = ("sending", "sent", "delivered", "uncertain")
# Asked in every turn, so put together once: building a statement costs more than running it.
_UNSURE_QUESTIONS = (
    select(Outbox, Prompt)
    .join(Prompt, Prompt.message_id == Outbox.message_id)
    .where(Outbox.client_id == bindparam("client_id"), Outbox.state == "uncertain")
    .where(func.coalesce(Outbox.reason, "").not_in(LET_BE))
    .order_by(Outbox.seq)
)
_LATELY = select(Outbox.message_id).where(
    Outbox.client_id == bindparam("client_id"),
    Outbox.tried_at > bindparam("since"),
    Outbox.state.in_(GONE_OUT),
    Outbox.id != bindparam("but"),
)


def change(session: Session, row: Outbox, *, was: tuple[str, ...], **values: object) -> bool:
    """Changes a message that nobody holds; false when meanwhile it is no longer as `row` says."""
    still = and_(Outbox.id == row.id, Outbox.fence == row.fence, Outbox.state.in_(was))
    same = Outbox.reason.is_(None) if row.reason is None else Outbox.reason == row.reason
    return changed(session, update(Outbox).where(still, same).values(**values)) == 1


def to_look_up(session: Session, *, channels: list[str], now: datetime) -> Outbox | None:
    """The uncertain message on one of `channels` whose fate may be asked for next."""
    oldest = (
        select(Outbox)
        .join(Address)
        .where(Outbox.state == "uncertain", Outbox.due_at <= now)
        .where(Outbox.reason.in_(MAY_BE_LOOKED_UP), Address.channel.in_(channels))
        .order_by(Outbox.due_at)
        .limit(1)
    )
    return session.scalar(oldest.with_for_update(of=Outbox, skip_locked=True))


def unsure_questions(session: Session, client_id: str) -> list[tuple[Outbox, Prompt]]:
    """The client's questions that may never have reached them, oldest first."""
    found = session.execute(_UNSURE_QUESTIONS, {"client_id": client_id})
    return [(row, prompt) for row, prompt in found]


def went_on(session: Session, row: Outbox) -> bool:
    """Whether something later was handed over for this client: this would be out of order.

    Also what then failed: a "paused" after a "back on" that was refused tells them what is not so.
    """
    later = exists().where(
        Outbox.client_id == row.client_id,
        Outbox.lane == row.lane,
        Outbox.seq > row.seq,
        Outbox.state.in_((*GONE_OUT, "failed")),
    )
    return bool(session.scalar(select(later)))


def lately(session: Session, row: Outbox, *, since: datetime) -> list[str]:
    """The ids of the messages that went, or may have gone, to the same client since then."""
    asked = {"client_id": row.client_id, "since": since, "but": row.id}
    return list(session.scalars(_LATELY, asked))
