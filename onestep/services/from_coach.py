"""What a coach's own phone sends: never a client's message, and never passed on by a guess.

With words on, a reply to a line about a client goes to that client; with words off, nothing does
(security page, S11). SMS and e-mail bring a coach notices only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.words import plain
from onestep.services import access, coach_asks, hand_off, staff, where
from onestep.services.app import App
from onestep.services.coach_subject import GOT_IT, Subject, subject_of, take_alert
from onestep.services.errors import ServiceError
from onestep.services.to_coach import WITH_WORDS, About, label
from onestep.storage import coach_lines, sealed, talk
from onestep.storage.alone import alone_at
from onestep.storage.models import Address, Alert, Coach, Message

HAND_BACK = {"back", "hand back"}
LIST = {"list", "start", "help"}

HOW = (
    "Reply to a line of a client's and it goes to them. Reply back to one and that conversation "
    "is handed back. Reply got it to an alert and it stops climbing."
)
NONE_OPEN = "You are in no conversation."
HANDED_BACK = "Handed back."
HANDED_BACK_AFTER = (
    "Handed back. No check-in begins until somebody sets the next contact on the page."
)
WORDS_ONLY = "This has gone to nobody: pictures, sound and files are not passed on, only words."
NO_CHANGE = "What you changed has gone to nobody: they have what you wrote first. Write it again."
OVER = "That question is over, and nothing has been sent. Reply to a line of theirs instead."
NOWHERE = "This has gone to nobody: what you write here is not passed on."
NOT_SENT = "This has gone to nobody. {why}"


@dataclass(frozen=True)
class From:
    """A coach's message being seen to, in the transaction that keeps it."""

    app: App
    session: Session
    coach: Coach
    address: Address
    inbound: Inbound
    message: Message
    now: datetime

    def answer(self, text: str) -> str:
        """Says something back; returns the id of its message."""
        return staff.queue(self.session, self.address, text, now=self.now, lane="ordinary")


def take(app: App, inbound: Inbound, *, now: datetime) -> None:
    """Keeps what a coach sent and does what it asks; the same message again has no effect.

    Blocking: call it from a thread. Raises one of DATABASE_AWAY.
    """
    taken = take_alert(app, inbound)
    with app.db.write() as session:
        alone_at(session, "sender", inbound.channel, inbound.sender)
        known = talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id)
        found = coach_lines.whose(session, channel=inbound.channel, value=inbound.sender)
        if known or found is None:
            return
        coach, address = found
        address.state = "live"  # one held for dead has just written
        message = _keep(session, coach, address, inbound, now)
        _see_to(From(app, session, coach, address, inbound, message, now), taken)
    for bell in ("hand_off", "outbox", "inbox"):
        app.bells.ring(bell)


def _keep(
    session: Session, coach: Coach, address: Address, inbound: Inbound, now: datetime
) -> Message:
    return talk.add_message(
        session,
        text=inbound.text,
        direction="in",
        channel=inbound.channel,
        kind="coach",
        at=now,
        sent_at=inbound.sent_at,
        zone="UTC",
        client_id=None,
        coach_id=coach.id,
        address_id=address.id,
        provider_id=inbound.provider_id,
    )


def _see_to(what: From, taken: str | None) -> None:
    """One thing is done about each message, and where nothing is sent the coach is told so."""
    subject = subject_of(what.session, what.coach.id, what.inbound)
    said = plain(what.inbound.text)
    if taken is not None and (what.inbound.kind == "choice" or said in GOT_IT):
        _you_have_it(what, subject, taken)
    elif what.inbound.channel != WITH_WORDS or not what.app.words_to_coaches:
        _goes_to_nobody(what)
    elif what.inbound.kind == "choice":
        _chosen(what)
    elif what.inbound.kind == "edit":
        what.answer(NO_CHANGE)
    elif what.inbound.kind == "join" or said in LIST:
        _list(what)
    elif what.inbound.kind != "text":
        what.answer(WORDS_ONLY)
    elif subject is not None and subject.client_id is not None:
        _for_client(what, subject.client_id, said, alert_id=subject.alert_id)
    else:
        message_id = None if said in HAND_BACK else what.message.id
        coach_asks.ask_which(
            what.session, what.coach, what.address, message_id=message_id, now=what.now
        )


def _you_have_it(what: From, subject: Subject | None, taken: str) -> None:
    message_id = what.answer(taken)
    if subject is not None:
        coach_lines.note(
            what.session,
            message_id,
            coach_id=what.coach.id,
            client_id=subject.client_id,
            alert_id=subject.alert_id,
            now=what.now,
        )


def _goes_to_nobody(what: From) -> None:
    """The link of what was replied to, else of what waits for a person."""
    subject = subject_of(what.session, what.coach.id, what.inbound)
    link = where.today(what.app)
    if subject is not None and subject.client_id is not None:
        link = where.thread(what.app, subject.client_id)
    what.answer("\n".join([NOWHERE, *([link] if link else [])]))


def _for_client(what: From, client_id: str, said: str, *, alert_id: str | None) -> None:
    if said in HAND_BACK:
        _hand_back(what, client_id)
    else:
        _send(what, client_id, what.inbound.text, opens=_is_live(what.session, alert_id))


def _is_live(session: Session, alert_id: str | None) -> bool:
    alert = session.get(Alert, alert_id) if alert_id else None
    return alert is not None and alert.state in ("open", "acknowledged")


def _send(what: From, client_id: str, text: str, *, opens: bool = False) -> None:
    """To exactly this client, or to nobody with a word why."""
    if not access.may_see(what.session, what.coach.id, client_id, what.now):
        what.answer(NOT_SENT.format(why="This client is not one of yours now."))
        return
    try:
        with what.session.begin_nested():
            hand_off.say(what.app, what.session, client_id, text, by=what.coach.id, opens=opens)
    except ServiceError as fault:
        what.answer(NOT_SENT.format(why=fault))


def _hand_back(what: From, client_id: str) -> None:
    try:
        with what.session.begin_nested():
            held = hand_off.hand_back(what.app, what.session, client_id, by=what.coach.id)
    except ServiceError as fault:
        what.answer(str(fault))
    else:
        what.answer(HANDED_BACK_AFTER if held else HANDED_BACK)


def _chosen(what: From) -> None:
    """The answer to "which client?": exactly this one, and once."""
    row = coach_lines.pressed(what.session, what.coach.id, what.inbound.prompt or "")
    line = coach_lines.about(what.session, row.message_id) if row is not None else None
    key = what.inbound.key or ""
    if line is None:
        what.answer(OVER)
    elif key.startswith(coach_asks.BACK):
        _hand_back(what, key.removeprefix(coach_asks.BACK))
    elif (message_id := coach_asks.taken_up(line, what.now)) is None:
        what.answer(OVER)
    else:
        asked = what.session.get_one(Message, message_id)
        _send(what, key, sealed.message_text(what.session, asked))


def _list(what: From) -> None:
    rows = coach_asks.theirs(what.session, what.coach.id)
    lines = [label(what.session, About(client, found)) for client, found in rows]
    what.answer("\n".join([*(lines or [NONE_OPEN]), HOW]))
