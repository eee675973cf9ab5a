"""What one turn works on: the client, their words, and the transaction it all happens in."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session
from ulid import ULID

from onestep.content import Content, Reply
from onestep.domain.permission import SendKind
from onestep.storage import clients, sealed, talk
from onestep.storage.alone import alone_with
from onestep.storage.errors import Unreadable
from onestep.storage.models import (
    Address,
    Client,
    ContactTerms,
    Conversation,
    Dialogue,
    Message,
    SafeContact,
)

log = logging.getLogger(__name__)


@dataclass
class Scope:
    """One client's turn inside one write transaction."""

    session: Session
    content: Content
    now: datetime
    turn_id: str
    client: Client
    terms: ContactTerms
    coach: str
    called: str
    address: Address | None
    dialogue: Dialogue
    messages: tuple[Message, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    conversation: Conversation | None = None
    safe: SafeContact | None = None  # what was agreed about reaching them safely
    left_hanging: bool = True  # as of the turn's beginning; true where nobody looked
    with_a_person: bool = False  # a hand-off is requested or open, as of the turn's beginning
    says: list[Reply] = field(default_factory=list)
    notice: SendKind | None = None  # what the application's own line is, when it is no plain reply
    stop_confirmed: bool = False  # the provider has told them itself that it has stopped
    cut_off: bool = False  # the address is nobody's we know: nothing goes there after this turn

    @property
    def channel(self) -> str:
        """The channel that the client is written to on."""
        return self.address.channel if self.address else "sms"

    @property
    def discreet(self) -> bool:
        """Whether nothing that shows may be said."""
        return is_discreet(self.client, self.terms, self.safe)

    @property
    def refs(self) -> tuple[str, ...]:
        """The messages this turn covers, by their ids, in order."""
        return tuple(message.id for message in self.messages)

    def covering(self, refs: Sequence[str]) -> list[Message]:
        """The messages behind `refs`, also those of an earlier turn (a choice may point back)."""
        found = {message.id: message for message in self.messages}
        others = [ref for ref in refs if ref not in found]
        if others:
            found |= {row.id: row for row in talk.messages(self.session, others)}
        return [found[ref] for ref in dict.fromkeys(refs) if ref in found]

    def words(self, refs: Sequence[str]) -> str:
        """What was written in these messages, exactly, one line break between two."""
        return "\n".join(
            self.texts.get(row.id) or sealed.message_text(self.session, row)
            for row in self.covering(refs)
        )

    def say(self, key: str, **values: str) -> None:
        """The application adds a line of its own to this turn's reply."""
        self.says.append(Reply(say=key, values=values))


def is_discreet(client: Client, terms: ContactTerms, safe: SafeContact | None) -> bool:
    """Whether nothing that shows may be said: by their terms, or on a phone others read."""
    return terms.discreet or client.held == "exit" or not (safe and safe.theirs_alone)


def open_scope(
    session: Session,
    content: Callable[[str], Content],
    *,
    client_id: str,
    turn_id: str,
    now: datetime,
    message_ids: Sequence[str] = (),
    messages: Sequence[Message] | None = None,
) -> Scope:
    """Gathers what a turn needs to know of a client and of the messages it covers.

    `content` gives the content of a language; the client's terms say which. `messages`: as the
    same turn read them before, in a transaction that is over; they are not read again.
    """
    alone_with(session, client_id)
    about = clients.about(session, client_id)
    language = content(about.terms.language)
    called, coach = _names(session, about, language.language.stand_ins)
    if messages is None:
        messages = talk.messages(session, list(message_ids))
    session.add_all(messages)
    return Scope(
        session=session,
        content=language,
        now=now,
        turn_id=turn_id,
        client=about.client,
        terms=about.terms,
        coach=coach,
        called=called,
        address=_written_from(session, messages) or about.address,
        messages=tuple(messages),
        texts={message.id: sealed.message_text(session, message) for message in messages},
        conversation=about.conversation,
        safe=about.safe,
        left_hanging=about.left_hanging,
        with_a_person=about.with_a_person,
        dialogue=about.dialogue or talk.dialogue(session, client_id, now=now),
    )


def _names(
    session: Session, about: clients.About, stand_ins: Mapping[str, str]
) -> tuple[str, str]:
    """What the client and their coach are called; one name that is damaged has a stand-in.

    Nobody goes unanswered, or in danger unseen, for a name. Raises Unreadable when neither opens:
    then it is our keys that are wrong.
    """
    called, coach = sealed.called_or_none(session, about.client), None
    with suppress(*([Unreadable] if called is not None else [])):
        coach = sealed.coach_name(session, about.coach)
    if called is None:
        log.error("the name of client %s does not open: write it in anew", about.client.id)
    return called or stand_ins["called"], coach or stand_ins["coach"]


def _written_from(session: Session, messages: Sequence[Message]) -> Address | None:
    """Where what is answered was written, as long as it may be written to.

    Whoever holds that phone reads the answer there, and not on another phone of the client's.
    """
    ids = [message.address_id for message in messages if message.direction == "in"]
    address = session.get(Address, ids[-1]) if ids and ids[-1] is not None else None
    return address if address is not None and address.state == "live" else None


def new_turn_id() -> str:
    """The id of a turn that no queue row stands for, such as a coach's act."""
    return f"t{ULID()}"
