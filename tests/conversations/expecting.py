"""Compares what a step brought with what was expected of it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase


def unmet(said, expect) -> Iterator[str]:
    """What was expected of this step and did not come, or came and should not have."""
    yield from _keys(said.keys, expect)
    yield from _commands(said.commands, expect)
    if "asks" in expect and not _asks(expect["asks"], said.asks):
        yield f"{said.asks} is open and not {expect['asks']}"
    if "contact" in expect and said.contact not in expect["contact"].split("|"):
        yield f"contact is {said.contact}"
    if "alert" in expect and expect["alert"] not in {alert["level"] for alert in said.alerts}:
        yield f"alerts: {said.alerts}"
    if "to_coach" in expect and expect["to_coach"] not in said.to_coach:
        yield f"the coach is told {said.to_coach}"
    if expect.get("silent") and said.texts:
        yield f"{said.texts} is said"


def _keys(keys, expect):
    for wanted in expect.get("said", ()):
        if not _among(wanted, keys):
            yield f"{wanted} is not said"
    for unwanted in expect.get("not_said", ()):
        if _among(unwanted, keys):
            yield f"{unwanted} is said"


def _commands(commands, expect):
    for wanted in expect.get("commands", ()):
        if not any(_is(wanted, command) for command in commands):
            yield f"{wanted} is not applied"
    for unwanted in expect.get("not_commands", ()):
        if any(_is(unwanted, command) for command in commands):
            yield f"{unwanted} is applied"


def _among(patterns, keys):
    return any(fnmatchcase(key, one) for one in patterns.split("|") for key in keys)


def _is(wanted, command):
    names, *fields = wanted.split()
    pairs = dict(field.split("=") for field in fields)
    return command["command"] in names.split("|") and all(
        str(command.get(key)) == value for key, value in pairs.items()
    )


def _asks(wanted, asked):
    return asked is None if wanted is None else asked in wanted.split("|")
