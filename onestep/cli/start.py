"""Puts the made-up client of a terminal conversation where it is to start."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.services.enrol import first_contact
from onestep.services.made_up import SAM, Story, add_stories
from onestep.services.open_question import open_question
from onestep.storage import clients

PHONES = {"telegram": "1001", "sms": "07700900010"}


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
