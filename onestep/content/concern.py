"""The fixed reply when someone may be in danger.

It is always said: nothing here asks, waits or gives up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from onestep.content import sms
from onestep.content.catalogue import CONCERNS
from onestep.content.conduct import SMS
from onestep.content.model import Content
from onestep.content.render import render
from onestep.content.turn import Outgoing, Reply

# Named helplines on a phone somebody else may look at can bring harm.
_NOTHING_SHOWS = frozenset({"abuse"})
_ABOUT_US = "about_us"
_GENERAL = "hopelessness"


class Hours(StrEnum):
    """Who is there to read it."""

    IN = "in_hours"
    OUT = "out_of_hours"
    SHUT = "office_shut"  # and nobody is on call
    TWO_LEADS = "about_us_too"  # beside the danger there is a worry about us


def concern_reply(
    content: Content,
    category: str,
    *,
    hours: Hours | str,
    values: Mapping[str, str | None],
    channel: str,
    discreet: bool = False,
    by_score: bool = False,
) -> Outgoing:
    """One message.

    What was said is taken in, who will see it and by when, what to do if it cannot wait.

    values: coach, and `when` with its own small word ("by 3pm today"); without `when` no time is
    promised. discreet: nothing of it shows. by_score: it says that a computer may have read it
    wrong. An unknown category gets the general reply. The numbers are those of the service's
    nation.
    """
    known = category if category in CONCERNS else _GENERAL
    key = "concern_now_discreet" if discreet else f"concern_now_{known}"
    promised = _promise(known, hours, discreet=discreet)
    promise = _say(content, f"promise_{promised}", values, channel)
    body = _say(content, key, {**values, "promise": promise.text}, channel)
    if not by_score:
        return body
    doubt = _say(content, "concern_maybe_wrong", values, channel)
    return replace(
        body,
        text=f"{doubt.text} {body.text}",
        keys=doubt.keys + body.keys,
        used=doubt.used + body.used,
    )


def _promise(category: str, hours: Hours | str, *, discreet: bool) -> str:
    if discreet or category in _NOTHING_SHOWS:
        return "discreet"
    return _ABOUT_US if category == _ABOUT_US else str(Hours(hours).value)


def fixed_line(content: Content, key: str, channel: str) -> str:
    """One fixed line of this file that names nobody."""
    return _say(content, key, {}, channel).text


def _say(content: Content, key: str, values: Mapping[str, str | None], channel: str) -> Outgoing:
    """One fixed line, whole: a crisis text is not split, however long."""
    said = render(content, [Reply(key)], turn_id=key, channel="chat", values=values).messages[0]
    if channel != SMS:
        return said
    return replace(said, text=sms.plain(said.text, content.language))
