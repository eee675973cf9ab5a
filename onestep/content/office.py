"""Reads the office's hours out of service.yml."""

from __future__ import annotations

import re
from datetime import time

from onestep.content.model import OFFICE
from onestep.content.reading import Node, Page
from onestep.domain.errors import HoursInvalid
from onestep.domain.office import Hours, Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")


def hours(entries: dict[str, Node], page: Page) -> Hours:
    """The hours by weekday, "09:00-17:00" or several with commas; OFFICE where none are given."""
    zone = page.text(entries["zone"], "zone") if "zone" in entries else OFFICE.zone
    given = entries.get("hours")
    if given is None:
        spans = OFFICE.spans
    else:
        spans = tuple(
            span
            for day, said in page.mapping(given, "hours").items()
            for span in _spans(day, said, given, page)
        )
    try:
        return Hours(spans, zone)
    except HoursInvalid as fault:
        page.fault(entries.get("zone", 0), str(fault))
        return OFFICE


def _spans(day: str, said: str, node: Node, page: Page) -> list[Span]:
    if day not in DAYS:
        page.fault(node, f"hours are given for {day}, not one of {', '.join(DAYS)}")
        return []
    found = []
    for part in said.split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            page.fault(node, f"the hours of {day} are not like 09:00-17:00")
            continue
        from_hour, from_minute, to_hour, to_minute = (int(each) for each in match.groups())
        try:
            start, end = time(from_hour, from_minute), time(to_hour % 24, to_minute)
            found.append(Span(DAYS.index(day), start, end))
        except HoursInvalid as fault:
            page.fault(node, f"the hours of {day}: {fault}")
    return found
