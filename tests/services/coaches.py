"""Coaches with phones, in a world: who covers, who leads, and what they write and are shown."""

from itertools import count

from channels.base import Inbound
from onestep.services import coach_phone
from onestep.services.receive import receive
from onestep.storage import clients, sealed
from onestep.storage.base import new_id
from onestep.storage.models import Address, Coach, Cover, OnCall

ANAS, BENS = "9001", "9002"
_ids = count(1)


def own_coach(world) -> str:
    """The id of Ana, who is everybody's coach in a world."""
    return world._coach


def add_coach(world, name="Ben", *, role="coach", **fields) -> str:
    """One more coach."""
    with world.app.db.write() as session:
        coach = clients.add_coach(session, name=name, now=world.app.clock(), role=role)
        for field, value in fields.items():
            setattr(coach, field, value)
        return coach.id


def covers(world, deputy_id, *, of, position=1) -> None:
    """The deputy stands in for this coach."""
    with world.app.db.write() as session:
        session.add(Cover(id=new_id(), coach_id=of, deputy_id=deputy_id, position=position))


def on_call(world, coach_id, begins, ends) -> None:
    """It is this coach's turn."""
    with world.app.db.write() as session:
        session.add(OnCall(id=new_id(), coach_id=coach_id, begins_at=begins, ends_at=ends))


def leave(world, coach_id) -> None:
    """The coach works here no more."""
    with world.app.db.write() as session:
        session.get_one(Coach, coach_id).active = False


def give_phone(world, coach_id, phone=ANAS, channel="telegram") -> None:
    """The coach is told things there."""
    with world.app.db.write() as session:
        id = new_id()
        session.add(
            Address(
                id=id,
                coach_id=coach_id,
                channel=channel,
                value=sealed.seal(session, "address", "value", id, phone),
                value_hash=sealed.keyring(session).address_hash(channel, phone),
                created_at=world.app.clock(),
            )
        )


def bind(world, coach_id, phone=ANAS) -> None:
    """The coach sends the code that the page has shown them."""
    code = coach_phone.binding_code(world.app, coach_id, now=world.app.clock())
    world.write(code, phone=phone)


def shown(world, phone=ANAS, channel="telegram") -> list[str]:
    """The words of what lies on a coach's phone."""
    return [each.text for each in world.phone(phone, channel)]


def coach_writes(world, text="", *, answers=None, phone=ANAS, channel="telegram", **more):
    """A coach writes; `answers` is part of the line that they reply to, the newest that has it."""
    replies_to = None
    if answers is not None:
        line = [each for each in world.phone(phone, channel) if answers in each.text][-1]
        replies_to = f"{channel}-{line.id}"
    id = more.pop("id", f"c{next(_ids)}")
    receive(world.app, Inbound(channel, id, phone, text, replies_to=replies_to, **more))
    world.go()


def coach_presses(world, label, *, phone=ANAS, **more):
    """A coach presses the newest button with this label on it."""
    for line in reversed(world.phone(phone)):
        for choice in line.choices:
            if label in choice.label:
                coach_writes(
                    world, phone=phone, kind="choice", prompt=line.prompt, key=choice.key, **more
                )
                return
    raise AssertionError(f"no button says {label!r}")
