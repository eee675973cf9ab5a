"""Made-up clients in different places of their story, for the demo, the terminal and tests.

None of them is or was anybody. Their words are the project's own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from onestep.services import plan
from onestep.services.app import App
from onestep.services.hand_off import join
from onestep.services.made_up_staff import add_coach, add_others
from onestep.services.scope import open_scope
from onestep.storage import clients, record, talk
from onestep.storage.base import new_id
from onestep.storage.clients import NewTerms
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import CheckIn, Client, Coach, Conversation, Entry, SmallStep


@dataclass(frozen=True)
class Past:
    """One earlier check-in: how many days ago, and what was kept of it, kind by kind."""

    days_ago: int
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Story:
    """One made-up client, and where they are in their story."""

    called: str
    channel: str
    phone: str
    about: str
    enrolment: str = "enrolled"
    contact: str = "active"
    hopes: str | None = None
    past: tuple[Past, ...] = ()
    person: str | None = None
    paused_days: int | None = None
    hand_off: bool = False


SAM = Story(
    called="Sam",
    channel="telegram",
    phone="1001",
    about="two check-ins in, the next one is near",
    hopes="getting up in the morning and having something to get up for",
    past=(
        Past(15, (("noticing", "went to the allotment twice, didnt think id bother"),)),
        Past(
            8,
            (
                ("noticing", "made a proper tea three nights running"),
                ("who", "Rhys said i seemed more like myself"),
                ("small_step", "might notice im humming again when i wash up"),
            ),
        ),
    ),
    person="Rhys",
)
STORIES = (
    SAM,
    Story("Dee", "sms", "07700900001", "invited, has not said yes yet", enrolment="invited"),
    Story(
        "Mo",
        "sms",
        "07700900002",
        "on texts, asked for two weeks of quiet",
        contact="paused",
        hopes="a door of my own that shuts",
        past=(Past(12, (("noticing", "rang my sister back"),)),),
        paused_days=9,
    ),
    Story(
        "Kit",
        "telegram",
        "1002",
        "a hard week; talking with Ana just now",
        hopes="to feel ok in a room with people in it",
        past=(Past(7, (("hard", "been a bad one, not slept"),)),),
        hand_off=True,
    ),
    Story(
        "Jo",
        "telegram",
        "1003",
        "moved on last month; the door is open",
        contact="ended",
        hopes="working with my hands again",
        past=(Past(40, (("noticing", "got the van job, four days a week"),)),),
    ),
)


def add_stories(app: App, stories: tuple[Story, ...] = STORIES) -> dict[str, str]:
    """Adds the staff and these clients; each client's id by what they are called."""
    now = app.clock()
    with app.db.write() as session:
        coach = add_coach(session, now=now)
        ids = {story.called: _add(app, session, coach, story, now) for story in stories}
        add_others(session, coach, now=now)
        return ids


def _add(app: App, session: Session, coach: Coach, story: Story, now: datetime) -> str:
    joined = now - timedelta(days=60)
    length = "short" if story.channel == "sms" else "ordinary"
    terms = NewTerms(length=length, discreet=False)
    client = clients.add_client(
        session,
        called=story.called,
        coach_id=coach.id,
        terms=terms,
        now=joined,
        enrolment=story.enrolment,
        made_up=True,
    )
    agree_safe_contact(session, client_id=client.id, theirs_alone=True, now=joined)
    clients.add_address(
        session, client_id=client.id, channel=story.channel, value=story.phone, now=joined
    )
    _tell_the_past(session, client, story, now)
    _place(app, session, client, story, now)
    return client.id


def _tell_the_past(session: Session, client: Client, story: Story, now: datetime) -> None:
    if story.hopes is not None:
        _keep(session, client, "best_hopes", story.hopes, now - timedelta(days=50))
    for past in story.past:
        at = now - timedelta(days=past.days_ago)
        conversation = _check_in(session, client, at)
        whole: Entry | None = None
        for kind, words in past.told:
            part_of = whole.id if whole is not None and kind == "who" else None
            entry = _keep(session, client, kind, words, at, part_of=part_of, where=conversation)
            whole = whole or entry
            _beside(session, client, entry, conversation)
    if story.person is not None:
        record.add_person(
            session, client_id=client.id, name=story.person, now=now - timedelta(days=8)
        )


def _beside(session: Session, client: Client, entry: Entry, conversation: str) -> None:
    """What the application would have kept beside this entry."""
    if entry.kind == "small_step":
        session.add(
            SmallStep(
                id=new_id(), client_id=client.id, entry_id=entry.id, kind="notice", at=entry.at
            )
        )
    if entry.kind == "hard":
        session.get_one(Conversation, conversation).hard = True
    session.flush()


def _check_in(session: Session, client: Client, at: datetime) -> str:
    day = at.astimezone(ZoneInfo("Europe/London")).date()
    row = CheckIn(
        id=new_id(),
        client_id=client.id,
        planned_on=day,
        due_at=at,
        state="opened",
        opened_at=at - timedelta(minutes=5),
    )
    session.add(row)
    session.flush()
    conversation = talk.begin_conversation(
        session, client_id=client.id, kind="check_in", asks_left=0, now=at, check_in_id=row.id
    )
    talk.end_conversation(session, client_id=client.id, how="completed", now=at)
    return conversation.id


def _keep(
    session: Session,
    client: Client,
    kind: str,
    words: str,
    at: datetime,
    *,
    part_of: str | None = None,
    where: str | None = None,
) -> Entry:
    message = talk.add_message(
        session,
        text=words,
        direction="in",
        channel="story",
        kind="text",
        at=at,
        zone="Europe/London",
        client_id=client.id,
        conversation_id=where,
    )
    return record.add_entry(
        session,
        client_id=client.id,
        kind=kind,
        words=words,
        message_ids=[message.id],
        at=at,
        zone="Europe/London",
        turn_id=None,
        part_of=part_of,
        part=kind if part_of else None,
        conversation_id=where,
    )


def _place(app: App, session: Session, client: Client, story: Story, now: datetime) -> None:
    client.contact = story.contact
    if story.paused_days is not None:
        client.paused_until = now + timedelta(days=story.paused_days)
    scope = open_scope(session, app.content, client_id=client.id, turn_id=f"t{new_id()}", now=now)
    if story.hand_off:
        join(scope)
    plan.plan_next(scope)
