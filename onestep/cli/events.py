"""Watches one client's conversation and tells what is new: lines, commands, alerts, contact."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.base import Choice
from channels.ledger import Ledger
from onestep.services.app import App
from onestep.storage import clients, sealed, talk
from onestep.storage.models import Alert, Ask, Command, Inbox, Incident, Message, Relay, Turn


class Watcher:
    """What has happened since it was last asked, as the lines that `chat --json` prints."""

    def __init__(self, app: App, ledger: Ledger, client_id: str) -> None:
        self.app = app
        self.ledger = ledger
        self.client_id = client_id
        with app.db.read() as session:
            address = clients.preferred_address(session, client_id)
            assert address is not None  # noqa: S101  # every made-up client has one
            self.channel, self.phone = address.channel, sealed.address_value(session, address)
        self._others: list[tuple[str, str]] = []
        self._seen: dict[str, int] = {}
        self._marks: dict[str, str] = {}
        self._contact: str | None = None
        self.prompts: list[tuple[str, tuple[Choice, ...]]] = []

    def also_watch(self, phone: str) -> None:
        """Watches what another phone is sent, too."""
        if (self.channel, phone) not in self._others:
            self._others.append((self.channel, phone))

    def news(self) -> list[dict[str, Any]]:
        """The new lines, oldest first: what was applied, then what was said."""
        with self.app.db.read() as session:
            events = [*self._commands(session), *self._alerts(session)]
            events += [*self._incidents(session), *self._for_coach(session)]
        events += self._shown(self.channel, self.phone)
        for channel, phone in self._others:
            events += [{**event, "from": phone} for event in self._shown(channel, phone)]
        contact = self.contact()
        if self._contact is not None and contact != self._contact:
            events.append({"contact": contact})
        self._contact = contact
        return events

    def contact(self) -> str:
        """The client's contact state now."""
        with self.app.db.read() as session:
            return clients.client(session, self.client_id).contact

    def open_prompt(self) -> str | None:
        """The id of the question that still waits for an answer."""
        with self.app.db.read() as session:
            prompt = talk.open_prompt(session, self.client_id)
            return prompt.id if prompt else None

    def turns(self) -> tuple[int, int]:
        """How many turns there were, and how many failed.

        A failure is a refused command, a turn the bot could not answer, a row still waiting
        after it was tried, and a message that was done with but belongs to no turn.
        """
        with self.app.db.read() as session:
            turns = session.scalar(
                select(func.count()).where(Turn.client_id == self.client_id, Turn.by != "story")
            )
            refused = session.scalar(select(func.count()).where(Command.refused.is_not(None)))
            fallen = session.scalar(select(func.count()).where(Turn.by == "fallback"))
            stuck = session.scalar(
                select(func.count()).where(Inbox.state != "done", Inbox.attempts > 0)
            )
            uncovered = session.scalar(
                select(func.count())
                .select_from(Inbox)
                .join(Message, Message.id == Inbox.message_id)
                .where(Inbox.state == "done", Message.turn_id.is_(None))
            )
        failed = (refused, fallen, stuck, uncovered)
        return int(turns or 0), sum(int(count or 0) for count in failed)

    def _shown(self, channel: str, phone: str) -> list[dict[str, Any]]:
        events = []
        for shown in self.ledger.shown(channel, phone, after=self._seen.get(phone, 0)):
            self._seen[phone] = shown.id
            if shown.prompt is not None:
                self.prompts.append((shown.prompt, shown.choices))
            choices = [{"key": choice.key, "label": choice.label} for choice in shown.choices]
            events.append({"to": "client", "text": shown.text, "choices": choices})
        return events

    def _commands(self, session: Session) -> list[dict[str, Any]]:
        mark = self._marks.get("command", "")
        rows = session.scalars(
            select(Command)
            .where(Command.id > mark, Command.refused.is_(None))
            .order_by(Command.id)
        ).all()
        if rows:
            self._marks["command"] = rows[-1].id
        return [{"command": row.fields} for row in rows]

    def _alerts(self, session: Session) -> list[dict[str, Any]]:
        mark = self._marks.get("alert", "")
        rows = session.scalars(select(Alert).where(Alert.id > mark).order_by(Alert.id)).all()
        if rows:
            self._marks["alert"] = rows[-1].id
        return [
            {
                "alert": {
                    "level": row.level,
                    "category": row.category,
                    "to": "coach" if row.to_coach_id else "on_call",
                }
            }
            for row in rows
        ]

    def _incidents(self, session: Session) -> list[dict[str, Any]]:
        """What someone unknown or not yet agreed wrote, and rings nobody: *now* has its alert."""
        mark = self._marks.get("incident", "")
        rows = session.scalars(
            select(Incident).where(Incident.id > mark).order_by(Incident.id)
        ).all()
        if rows:
            self._marks["incident"] = rows[-1].id
        return [
            {"alert": {"level": row.level, "category": row.category, "to": "on_call"}}
            for row in rows
            if row.level != "now"
        ]

    def _for_coach(self, session: Session) -> list[dict[str, Any]]:
        mark = self._marks.get("coach", "")
        relays = session.execute(
            select(Relay, Message)
            .join(Message, Message.id == Relay.message_id)
            .where(Relay.id > mark, Relay.direction == "to_coach")
        ).all()
        asks = session.scalars(
            select(Ask).where(Ask.id > mark, Ask.client_id == self.client_id)
        ).all()
        lines = [(relay.id, _relayed(session, message)) for relay, message in relays]
        lines += [
            (ask.id, {"to": "coach", "about": ask.about, "text": sealed.ask_words(session, ask)})
            for ask in asks
        ]
        lines.sort(key=lambda line: line[0])
        if lines:
            self._marks["coach"] = lines[-1][0]
        return [event for _, event in lines]


def _relayed(session: Session, message: Message) -> dict[str, Any]:
    """What the client says now, and whether it is a later wording of what was there."""
    line = {"to": "coach", "text": sealed.message_text(session, message)}
    return {**line, "edited": True} if message.kind == "edit" else line
