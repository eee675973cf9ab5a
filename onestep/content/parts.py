"""Turns the nodes of content files into the values of model.py, with their faults noted."""

from __future__ import annotations

from datetime import date, timedelta

import yaml

from onestep.content import office
from onestep.content.catalogue import NATIONS, STAGES, required
from onestep.content.model import (
    Area,
    Kind,
    Language,
    Route,
    Routes,
    Service,
    SmsLetters,
    Stage,
    Utterance,
    Wording,
)
from onestep.content.reading import Node, Page, line_of

Roots = dict[str, Node | None]

_LISTS = frozenset({"wordings", "sms", "discreet"})
_PARTS = frozenset(
    {"choices", "choices_from", "numbers_from", "own_message", "fixed", "without"} | _LISTS
)
LONGEST_AREA_KEY = 28  # bytes; more would not fit into the 64 of a button on Telegram
_A_YEAR = 366
_FREE = ("no_credit", "charged", "unknown")


def utterance(key: str, node: Node, page: Page) -> Utterance:
    """One utterance as its file has it."""
    entries = page.entries(node, key)
    with_names = {name for name in entries if name.startswith("with_")}
    page.only({n: v for n, v in entries.items() if n not in with_names}, _PARTS, key)
    lists = {n: page.texts(entries[n], f"{n} of {key}") for n in entries.keys() & _LISTS}
    return Utterance(
        key=key,
        kind=_kind(key, lists.get("wordings", ())),
        wordings=lists.get("wordings", ()),
        sms=lists.get("sms", ()),
        discreet=lists.get("discreet", ()),
        with_value={
            name.removeprefix("with_"): page.texts(entries[name], f"{name} of {key}")
            for name in sorted(with_names)
        },
        without=_mapping(entries, "without", page, key),
        choices=_mapping(entries, "choices", page, key),
        choices_from=_word(entries, "choices_from", page, ("areas", "stages")),
        numbers_from=_word(entries, "numbers_from", page, None),
        own_message=_truth(entries, "own_message", page),
        fixed=_truth(entries, "fixed", page),
        file=page.name,
        line=line_of(node),
    )


def _kind(key: str, wordings: tuple[Wording, ...]) -> Kind:
    """As required.yml says; a key of the service's own asks when its first wording does."""
    if key in required():
        return required()[key].kind
    return Kind.ASKS if wordings and "?" in wordings[0].text else Kind.TELLS


def _mapping(entries: dict[str, Node], name: str, page: Page, what: str) -> dict[str, str]:
    return page.mapping(entries[name], f"{name} of {what}") if name in entries else {}


def _word(
    entries: dict[str, Node], name: str, page: Page, allowed: tuple[str, ...] | None
) -> str | None:
    if name not in entries:
        return None
    word = page.text(entries[name], name)
    if word and allowed and word not in allowed:
        page.fault(entries[name], f"{name} is {word}, not one of {', '.join(allowed)}")
        return None
    return word or None


def _truth(entries: dict[str, Node], name: str, page: Page) -> bool:
    return _word(entries, name, page, ("true", "false")) == "true"


def language(node: Node | None, page: Page, code: str) -> Language:
    """language.yml."""
    entries = page.entries(node, "the language")
    known = frozenset(
        {
            "name",
            "sms_letters",
            "sms_choices",
            "last_of_list",
            "stand_ins",
            "person_turns",
            "choices",
            "buttons_only",
        }
    )
    page.only(entries, known, "the language")
    letters = _word(entries, "sms_letters", page, tuple(SmsLetters))
    return Language(
        code=code,
        name=page.text(entries.get("name"), "name"),
        sms_letters=SmsLetters(letters or SmsLetters.GSM7),
        sms_choices=page.text(entries.get("sms_choices"), "sms_choices"),
        last_of_list=page.text(entries.get("last_of_list"), "last_of_list"),
        stand_ins=_mapping(entries, "stand_ins", page, "the language"),
        person_turns=_mapping(entries, "person_turns", page, "the language"),
        choices=_mapping(entries, "choices", page, "the language"),
        buttons_only=frozenset(
            page.names(entries["buttons_only"], "buttons_only")
            if "buttons_only" in entries
            else ()
        ),
    )


def service(node: Node | None, page: Page) -> Service:
    """service.yml."""
    entries = page.entries(node, "the service")
    page.only(
        entries,
        frozenset(
            {"name", "nation", "council_out_of_hours", "client_words", "hours", "zone"}
            | {"out_of_hours"}
        ),
        "the service",
    )
    if "nation" not in entries:
        page.fault(0, f"the service does not say its nation ({', '.join(NATIONS)})")
    words = entries.get("client_words")
    return Service(
        name=page.text(entries.get("name"), "name"),
        nation=_word(entries, "nation", page, NATIONS) or NATIONS[0],
        council_out_of_hours=_word(entries, "council_out_of_hours", page, None),
        client_words=frozenset(page.names(words, "client_words") if words is not None else ()),
        hours=office.hours(entries, page),
        out_of_hours=_word(entries, "out_of_hours", page, None),
    )


def areas(node: Node | None, page: Page) -> tuple[Area, ...]:
    """The areas of areas.yml, each with its four stages."""
    entries = page.entries(node, "the file")
    labels = _stage_words(entries.get("staff_stages"), page, "staff_stages")
    listed = entries.get("areas")
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        page.fault(listed if listed is not None else 0, "areas is not a list of areas")
        return ()
    found = tuple(_area(item, page, labels) for item in listed.value)
    keys = [area.key for area in found]
    for key in {key for key in keys if keys.count(key) > 1}:
        page.fault(listed, f"the area {key} is there twice")
    return found


def _area(node: Node, page: Page, staff: dict[str, str]) -> Area:
    entries = page.entries(node, "an area")
    page.only(entries, frozenset({"key", "label", "staff", "stages"}), "an area")
    key = page.text(entries.get("key", node), "the key of an area")
    if key and not (key.isidentifier() and key.islower()):
        page.fault(entries.get("key", node), f"the key {key} is not small letters and underscores")
    if len(key.encode()) > LONGEST_AREA_KEY:
        page.fault(
            entries.get("key", node),
            f"the key {key} is over {LONGEST_AREA_KEY} letters: no button could carry it",
        )
    client = _stage_words(entries.get("stages", node), page, f"the stages of {key}")
    return Area(
        key=key,
        label=page.text(entries.get("label", node), f"the label of {key}"),
        staff=page.text(entries.get("staff", node), f"the staff label of {key}"),
        stages=tuple(Stage(s, client.get(s, ""), staff.get(s, "")) for s in STAGES),
    )


def _stage_words(node: Node | None, page: Page, what: str) -> dict[str, str]:
    found = page.mapping(node, what)
    if found and set(found) != set(STAGES):
        page.fault(node or 0, f"{what} has {', '.join(found)}, not {', '.join(STAGES)}")
    return found


def routes(node: Node | None, page: Page) -> Routes:
    """routes.yml."""
    entries = page.entries(node, "the routes")
    page.only(entries, frozenset({"stale_after_days", "routes", "lists"}), "the routes")
    days = page.text(entries.get("stale_after_days"), "stale_after_days")
    if days and not (days.isdecimal() and 1 <= int(days) <= _A_YEAR):
        page.fault(entries["stale_after_days"], "stale_after_days is not a number from 1 to 366")
        days = ""
    by_key = {
        key: _route(key, value, page)
        for key, value in page.entries(entries.get("routes"), "routes").items()
    }
    lists = {
        name: page.names(value, f"the list {name}")
        for name, value in page.entries(entries.get("lists"), "lists").items()
    }
    for name, keys in lists.items():
        for key in keys:
            if key not in by_key or not by_key[key].verified:
                page.fault(entries["lists"], f"{name} gives {key}, which is not a verified route")
    return Routes(by_key=by_key, lists=lists, stale_after=timedelta(days=int(days or 90)))


def _route(key: str, node: Node, page: Page) -> Route:
    entries = page.entries(node, key)
    parts = ("ring", "nations", "free", "verified", "last_checked", "checked_by")
    page.only(entries, frozenset(parts), key)
    nations = page.names(entries.get("nations", node), f"the nations of {key}")
    for nation in nations:
        if nation not in NATIONS:
            page.fault(entries["nations"], f"{key} names the nation {nation}")
    return Route(
        key=key,
        ring=page.text(entries.get("ring", node), f"ring of {key}"),
        nations=nations,
        free=_word(entries, "free", page, _FREE) or "unknown",
        verified=_truth(entries, "verified", page),
        last_checked=_day(entries.get("last_checked", node), page, key),
        checked_by=page.text(entries.get("checked_by", node), f"checked_by of {key}"),
    )


def _day(node: Node, page: Page, key: str) -> date | None:
    text = page.text(node, f"last_checked of {key}")
    if text in ("", "null"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        page.fault(node, f"last_checked of {key} is not a date like 2026-11-22")
        return None
