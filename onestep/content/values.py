"""Puts values into a wording.

Which of them are known, whose words they are, and how they stand on SMS.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onestep.content.conduct import quote_breach
from onestep.content.gsm import is_gsm7, straighten, to_gsm7
from onestep.content.model import VALUE, Content, Language, Route, SmsLetters, Utterance, Wording

_LONGEST_SPAN = 40
_SENTENCE_START = re.compile(r"(?:^|[.?!] )$")
_JOINERS = "\u200d\ufe0f"


@dataclass(frozen=True)
class Value:
    """A text for a slot. theirs: the client's exact words."""

    text: str
    theirs: bool = False


Values = Mapping[str, Value]


def resolve(
    said: Mapping[str, object],
    *,
    content: Content,
    known: Mapping[str, str | None],
    texts: Mapping[str, str],
    people: Sequence[str],
) -> dict[str, Value]:
    """The values of one reply: the application's, then the bot's over them.

    A span is {"ref", "start", "end"} in code points of texts[ref]; {"people": i} is people[i].
    What cannot be found, or may not be given back (conduct rule 4), is left out, so that a wording
    without it is said.
    """
    found = {name: Value(_one_line(v)) for name, v in known.items() if v and _one_line(v)}
    if content.service.council_out_of_hours:
        found.setdefault("council", Value(content.service.council_out_of_hours))
    for name, given in said.items():
        found.pop(name, None)
        value = _resolved(name, given, content, texts, people)
        if value:
            found[name] = value
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _resolved(
    name: str, given: object, content: Content, texts: Mapping[str, str], people: Sequence[str]
) -> Value | None:
    if isinstance(given, Mapping):
        words = _span(given, texts) if "ref" in given else _person(given, people)
        return _theirs(name, words, content.language) if words else None
    text = _one_line(str(given)) if given is not None else ""
    area = content.area(text) if name == "area" else None
    return Value(area.label if area else text) if text else None


def _span(given: Mapping[str, object], texts: Mapping[str, str]) -> str | None:
    text, start, end = texts.get(str(given["ref"])), given.get("start"), given.get("end")
    if text is None or not isinstance(start, int) or not isinstance(end, int):
        return None
    return text[start:end] if 0 <= start < end <= len(text) else None


def _person(given: Mapping[str, object], people: Sequence[str]) -> str | None:
    index = given.get("people")
    return people[index] if isinstance(index, int) and 0 <= index < len(people) else None


def _theirs(name: str, words: str, language: Language) -> Value | None:
    if any(
        unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign not in _JOINERS
        for sign in words
    ):
        return None
    if name == "quote":
        return None if quote_breach(words, language=language.code) else Value(words, theirs=True)
    if len(words) > _LONGEST_SPAN or words != words.strip() or '"' in straighten(words):
        return None
    if name == "person":
        words = _turned(words, language)
    return Value(words, theirs=True)


def _turned(person: str, language: Language) -> str:
    first, _, rest = person.partition(" ")
    turned = language.person_turns.get(first.lower())
    return f"{turned} {rest}" if turned and rest else person


def on_sms(values: Values, language: Language) -> dict[str, Value]:
    """The values as a text message can carry them.

    Ours lose accents; a client's words stay exactly theirs but for straight quotation marks, and
    fall away when a letter of them is outside the alphabet.
    """
    if language.sms_letters is SmsLetters.UCS2:
        return dict(values)
    kept: dict[str, Value] = {}
    for name, value in values.items():
        text = straighten(value.text) if value.theirs else to_gsm7(value.text)
        if text and is_gsm7(text):
            kept[name] = Value(text, value.theirs)
    return kept


def with_stand_ins(values: Values, language: Language) -> dict[str, Value]:
    """The values, and the language's own word where one is not known."""
    return {name: Value(text) for name, text in language.stand_ins.items()} | dict(values)


def with_numbers(
    values: Values, utterance: Utterance, content: Content, nation: str
) -> dict[str, Value]:
    """The values, and the numbers this utterance gives, for the nation."""
    if utterance.numbers_from is None:
        return dict(values)
    routes = content.routes.numbers(utterance.numbers_from, nation=nation)
    return dict(values) | {"numbers": Value(_listed(routes, content.language))}


def _listed(routes: Sequence[Route], language: Language) -> str:
    said = [route.ring for route in routes]
    if len(said) == 1:
        return said[0]
    return f"{', '.join(said[:-1])} {language.last_of_list} {said[-1]}"


def fill(wording: Wording, values: Values) -> str:
    """The wording with its values in it, in one pass.

    A value that looks like a slot stays as it is.

    A value of ours that begins a sentence begins it with a capital.
    """

    def put(found: re.Match[str]) -> str:
        value = values[found[1]]
        begins = _SENTENCE_START.search(wording.text[: found.start()])
        return (
            value.text[:1].upper() + value.text[1:] if begins and not value.theirs else value.text
        )

    return VALUE.sub(put, wording.text)


def quoted(wording: Wording, values: Values) -> Iterator[str]:
    """The client's own words that the filled wording holds."""
    return (values[name].text for name in sorted(wording.needs) if values[name].theirs)
