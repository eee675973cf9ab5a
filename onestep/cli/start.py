"""Puts the made-up client of a terminal conversation where it is to start."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from onestep.cli.errors import UnknownStart
from onestep.services.app import App
from onestep.services.enrol import first_contact
from onestep.services.made_up import SAM, Story, add_stories
from onestep.services.open_question import QUESTIONS, open_question
from onestep.storage import clients

PHONES = {"telegram": "1001", "sms": "07700900010"}
STATES = ("active", "paused", "stopped", "ended", "hand-off")
LONGEST_LULL = 60.0


@dataclass(frozen=True)
class Start:
    """Where a conversation in the terminal starts, and how it looks."""

    channel: str = "telegram"
    new: bool = False
    state: str = "active"
    ask: str | None = None
    discreet: bool = False
    language: str = "en"
    lull: float = 0

    def __post_init__(self) -> None:
        """Raises UnknownStart, in one sentence that names what can be asked for."""
        if self.channel not in PHONES:
            raise UnknownStart(f"There is no channel {self.channel!r}: use telegram or sms.")
        if self.state not in STATES:
            known = ", ".join(STATES)
            raise UnknownStart(f"There is no state {self.state!r}: use one of {known}.")
        if self.ask is not None and self.ask not in QUESTIONS:
            known = ", ".join(QUESTIONS)
            raise UnknownStart(f"There is no question {self.ask!r}: use one of {known}.")
        if [self.new, self.state != "active", self.ask is not None].count(True) > 1:
            raise UnknownStart("A conversation starts in one place: use --new, --state or --ask.")
        if not 0 <= self.lull <= LONGEST_LULL:
            raise UnknownStart(f"--lull is in seconds, from 0 to {LONGEST_LULL:.0f}.")


def place_client(app: App, start: Start) -> str:
    """Adds Sam as `start` says; returns the client's id."""
    story = replace(SAM, channel=start.channel, phone=PHONES[start.channel])
    if start.new:
        story = Story(SAM.called, story.channel, story.phone, "new", enrolment="invited")
    elif start.state != "hand-off":
        story = replace(story, contact=start.state)
    client_id = add_stories(app, (replace(story, hand_off=start.state == "hand-off"),))[SAM.called]
    with app.db.write() as session:
        _set_terms(session, client_id, start)
    if start.new:
        first_contact(app, client_id)
    if start.ask is not None:
        open_question(app, client_id, start.ask)
    return client_id


def _set_terms(session: Session, client_id: str, start: Start) -> None:
    terms = clients.terms(session, client_id)
    terms.discreet, terms.language = start.discreet, start.language
