"""The talk with one client: read live, joined, written in, noted beside, and handed back."""

from starlette.responses import Response

from onestep.services import access, hand_off, thread, thread_read
from onestep.services.closing import ClosingWords
from onestep.services.errors import UnknownMessage
from onestep.services.reading import opened
from onestep.storage.models import Message
from onestep.web.console.call import Call
from onestep.web.console.live import stream

LONGEST = 4000  # letters of one thing a coach writes


def page(call: Call) -> Response:
    """The whole talk."""
    client_id = call.part("client_id")
    opened(call.app, "read_thread", by=call.by, whom=client_id)
    shown = thread.thread(call.app, client_id, seen_by=call.by)
    inside = shown.hand_off is not None and any(
        each.id == call.by for each in shown.hand_off.coaches
    )
    unread = any(each.who == "client" and each.read_by is None for each in shown.lines)
    return call.page("thread.html", talk=shown, inside=inside, unread=unread)


def live(call: Call) -> Response:
    """Says when it has changed, for as long as this coach may see it."""
    client_id = call.part("client_id")

    def version() -> str | None:
        with call.app.db.read() as session:
            if not access.may_see(session, call.by, client_id, call.app.clock()):
                return None
        return thread.version(call.app, client_id)

    return stream(call, version)


def join(call: Call) -> Response:
    """This coach takes the talk, or joins whoever has it."""
    hand_off.open_by_coach(call.app, call.part("client_id"), by=call.by)
    return _back(call)


def say(call: Call) -> Response:
    """Sends a coach's own words to the client."""
    text = call.said("text", LONGEST)
    if text:
        hand_off.say_as_coach(call.app, call.part("client_id"), text, by=call.by)
    return _back(call)


def note(call: Call) -> Response:
    """A line for colleagues, which no client gets."""
    words = call.said("words", LONGEST)
    if words:
        thread.note(call.app, call.part("client_id"), words, by=call.by)
    return _back(call)


def mark_read(call: Call) -> Response:
    """This message was read. Raises UnknownMessage for one that is not this client's."""
    with call.app.db.read() as session:
        message = session.get(Message, call.part("message"))
        if message is None or message.client_id != call.part("client_id"):
            raise UnknownMessage("There is no such message here.")
    thread.mark_read(call.app, call.part("message"), by=call.by)
    return _back(call)


def mark_all_read(call: Call) -> Response:
    """All that can be seen of the talk was read."""
    thread_read.mark_all_read(call.app, call.part("client_id"), by=call.by)
    return _back(call)


def hand_back(call: Call) -> Response:
    """The check-ins are back; what came of the talk is kept."""
    client_id = call.part("client_id")
    hand_off.close(call.app, client_id, by=call.by, closing=closing_words(call))
    return _back(call)


def closing_words(call: Call) -> ClosingWords:
    """What was filled in when something ended."""
    return ClosingWords(
        happened=call.said("happened"),
        helped=call.said("helped"),
        agreed=call.said("agreed"),
        told=call.said("told"),
        disagreement=call.said("disagreement"),
    )


def _back(call: Call) -> Response:
    return call.go(f"/clients/{call.part('client_id')}/thread")
