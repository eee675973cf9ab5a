"""Queries about what is said: messages, conversations, prompts and the dialogue state."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, update
from sqlalchemy.orm import Session, load_only

from onestep.storage import sealed
from onestep.storage.base import insert_row, new_id, table_of
from onestep.storage.models import (
    CheckIn,
    Conversation,
    Dialogue,
    Message,
    Prompt,
    Turn,
)

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_SAME = select(Message.id).where(
    Message.channel == bindparam("channel"), Message.provider_id == bindparam("provider_id")
)
_LAST_IN = (
    select(Message)
    .options(load_only(Message.text, Message.at, Message.screen_level))
    .where(Message.client_id == _CLIENT, Message.direction == "in")
    .order_by(Message.at.desc(), Message.id.desc())
    .limit(bindparam("limit"))
)
_OPEN_CONVERSATION = (
    select(Conversation)
    .where(Conversation.client_id == _CLIENT, Conversation.state == "open")
    .order_by(Conversation.id.desc())
    .limit(1)
)
_OPEN_PROMPT = select(Prompt).where(Prompt.client_id == _CLIENT, Prompt.open)
_LAST_IN_AT = select(func.max(Message.at)).where(
    Message.client_id == _CLIENT, Message.direction == "in"
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# How many check-ins in a row the client has not answered, for a statement of somebody's own.
UNANSWERED = select(func.count()).where(
    CheckIn.client_id == _CLIENT,
    CheckIn.opened_at > func.coalesce(_LAST_IN_AT.scalar_subquery(), _NEVER),
    CheckIn.id != bindparam("besides_check_in"),
)
_PROMPTS = table_of(Prompt)
_CLOSE_PROMPT = (
    update(_PROMPTS)
    .where(_PROMPTS.c.client_id == bindparam("whose"), _PROMPTS.c.open)
    .values(open=False)
)
_PROMPT_OF = select(Prompt).where(Prompt.message_id == bindparam("message_id"))
_THESE = select(Message).where(Message.id.in_(bindparam("ids", expanding=True)))


def add_message(
    session: Session,
    *,
    text: str,
    direction: str,
    channel: str,
    kind: str,
    at: datetime,
    zone: str,
    client_id: str | None,
    address_id: str | None = None,
    provider_id: str | None = None,
    **more: Any,
) -> Message:
    """Keeps one line in or out, sealed, exactly as it was written."""
    id = new_id()
    message = Message(
        id=id,
        text=sealed.seal(session, "message", "text", id, text),
        direction=direction,
        channel=channel,
        kind=kind,
        at=at,
        zone=zone,
        client_id=client_id,
        address_id=address_id,
        provider_id=provider_id,
        **more,
    )
    session.add(message)
    session.flush()
    return message


def add_line_out(session: Session, *, text: str, **values: Any) -> str:
    """Keeps one line that goes out, sealed; returns its id. It is not read back in this turn."""
    id = new_id()
    words = sealed.seal(session, "message", "text", id, text)
    insert_row(session, Message, id=id, text=words, direction="out", **values)
    return id


def already_in(session: Session, *, channel: str, provider_id: str) -> bool:
    """Whether this very message was taken in before."""
    came = {"channel": channel, "provider_id": provider_id}
    return session.scalar(_SAME, came) is not None


def messages(session: Session, ids: list[str]) -> list[Message]:
    """These messages, in the order of `ids`."""
    rows = session.scalars(_THESE, {"ids": ids}).all() if ids else []
    return sorted(rows, key=lambda row: ids.index(row.id))


def thread(session: Session, client_id: str, *, limit: int = 200) -> list[Message]:
    """The newest lines of a client's thread, oldest first."""
    rows = session.scalars(
        select(Message)
        .where(Message.client_id == client_id)
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()
    return list(reversed(rows))


def last_in(session: Session, client_id: str, *, limit: int = 3) -> list[Message]:
    """The client's newest messages, oldest first."""
    rows = session.scalars(_LAST_IN, {"client_id": client_id, "limit": limit}).all()
    return list(reversed(rows))


def said_since(session: Session, client_id: str, key: str, *, since: datetime) -> bool:
    """Whether the utterance of this key was said to the client since then."""
    rows = session.scalars(
        select(Message.said).where(
            Message.client_id == client_id, Message.direction == "out", Message.at > since
        )
    )
    return any(said["say"] == key for row in rows for said in row or [])


def came_as(session: Session, *, channel: str, provider_id: str) -> Message | None:
    """The message that came in under this id of its provider's."""
    return session.scalar(
        select(Message).where(Message.channel == channel, Message.provider_id == provider_id)
    )


def open_conversation(session: Session, client_id: str) -> Conversation | None:
    """The conversation that is going on, if one is."""
    return session.scalar(_OPEN_CONVERSATION, {"client_id": client_id})


def begin_conversation(
    session: Session,
    *,
    client_id: str,
    kind: str,
    asks_left: int,
    now: datetime,
    check_in_id: str | None = None,
) -> Conversation:
    """Begins a stretch of talk; one still open is closed as left open."""
    end_conversation(session, client_id=client_id, how="left_open", now=now)
    conversation = Conversation(
        id=new_id(),
        client_id=client_id,
        kind=kind,
        asks_left=asks_left,
        state="open",
        opened_at=now,
        check_in_id=check_in_id,
    )
    session.add(conversation)
    session.flush()
    return conversation


def end_conversation(session: Session, *, client_id: str, how: str, now: datetime) -> None:
    """Closes the open conversation, its check-in and its question, if there are any."""
    going_on = open_conversation(session, client_id)
    close_prompt(session, client_id)
    if going_on is None:
        return
    going_on.state, going_on.closed_at = how, now
    if going_on.check_in_id is not None:
        check_in = session.get_one(CheckIn, going_on.check_in_id)
        if check_in.state == "opened":  # one moved to later is still to come
            check_in.state = "answered" if how == "completed" else "left_open"
            check_in.reason = how
    session.flush()


def open_prompt(session: Session, client_id: str) -> Prompt | None:
    """The question that still waits for this client's answer."""
    return session.scalar(_OPEN_PROMPT, {"client_id": client_id})


def close_prompt(session: Session, client_id: str) -> None:
    """Nothing is asked any more: a number or a button now answers nothing."""
    session.execute(_CLOSE_PROMPT, {"whose": client_id})


def prompt_of(session: Session, message_id: str) -> Prompt | None:
    """What this message asked, if it asked anything."""
    return session.scalar(_PROMPT_OF, {"message_id": message_id})


def close_prompt_of(session: Session, message_id: str) -> None:
    """A question that did not go out is not open."""
    session.execute(update(Prompt).where(Prompt.message_id == message_id).values(open=False))


def dialogue(session: Session, client_id: str, *, now: datetime) -> Dialogue:
    """The client's dialogue state, empty the first time."""
    found = session.get(Dialogue, client_id)
    if found is None:
        found = Dialogue(client_id=client_id, state={}, wordings={}, updated_at=now)
        session.add(found)
        session.flush()
    return found


def add_turn(
    session: Session,
    *,
    id: str,
    client_id: str,
    by: str,
    now: datetime,
    conversation_id: str | None = None,
    **more: Any,
) -> str:
    """Keeps that a stretch of the queue was answered, and by what; returns the turn's id."""
    insert_row(
        session,
        Turn,
        id=id,
        client_id=client_id,
        by=by,
        at=now,
        conversation_id=conversation_id,
        **more,
    )
    return id


def unanswered_check_ins(session: Session, client_id: str, *, besides: str | None = None) -> int:
    """How many check-ins in a row the client has not answered, not counting `besides`."""
    asked = {"client_id": client_id, "besides_check_in": besides or ""}  # nothing has an empty id
    return int(session.scalar(UNANSWERED, asked) or 0)
