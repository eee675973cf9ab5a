"""Says what the bot chose.

Picks the wording, puts the values in, joins a turn's replies into messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onestep.content import sms, values
from onestep.content.conduct import SMS
from onestep.content.errors import MissingValue, UnknownChoice, UnknownUtterance
from onestep.content.model import Content, Utterance, Wording
from onestep.content.turn import Choice, Outgoing, Rendered, Reply


@dataclass(frozen=True)
class _Setting:
    content: Content
    turn_id: str
    channel: str
    known: Mapping[str, str | None]
    texts: Mapping[str, str]
    people: Sequence[str]
    discreet: bool
    last_used: Mapping[str, str]
    quotes: bool = True


@dataclass(frozen=True)
class _Said:
    utterance: Utterance
    wording: Wording
    text: str
    choices: tuple[Choice, ...]
    reply: Reply
    quoted: tuple[str, ...]


def render(  # noqa: PLR0913 - a turn is all of this, each named at the call
    content: Content,
    replies: Sequence[Reply],
    *,
    turn_id: str,
    channel: str,
    values: Mapping[str, str | None],
    texts: Mapping[str, str] | None = None,
    people: Sequence[str] = (),
    discreet: bool = False,
    last_used: Mapping[str, str] | None = None,
) -> Rendered:
    """The messages of a turn.

    The wording is never the last one used for its key and is the same each time for a turn id. The
    replies become one message, apart from those that are always their own. On SMS: GSM-7, at most
    two parts; a quotation gives way before a message is split. Raises UnknownUtterance,
    UnknownChoice or MissingValue.
    """
    setting = _Setting(
        content=content, turn_id=turn_id, channel=channel, known=values, texts=texts or {},
        people=people, discreet=discreet, last_used=last_used or {},
    )  # fmt: skip
    messages: list[Outgoing] = []
    for group in _groups(content, replies):
        messages += _message(group, setting)
    used = {key: id_ for m in messages for key, id_ in zip(m.keys, m.used, strict=True)}
    return Rendered(tuple(messages), used)


def _groups(content: Content, replies: Sequence[Reply]) -> list[list[Reply]]:
    groups: list[list[Reply]] = []
    joining = False
    for reply in replies:
        alone = _utterance(content, reply.say).own_message
        if joining and not alone:
            groups[-1].append(reply)
        else:
            groups.append([reply])
        joining = not alone
    return groups


def _message(group: Sequence[Reply], setting: _Setting) -> list[Outgoing]:
    said = [_say(reply, setting) for reply in group]
    whole = _joined(said)
    if setting.channel != SMS:
        return [whole]
    body, tail = sms.plain(whole.text, setting.content.language), _numbered(whole, setting.content)
    text = f"{body}\n{tail}" if tail else body
    if sms.fits(text):
        return [replace(whole, text=text)]
    if setting.quotes and whole.quoted:
        return _message(group, replace(setting, quotes=False))
    return _pieces(whole, sms.split(body, tail))


def _joined(said: Sequence[_Said]) -> Outgoing:
    """One message.

    The texts in order, and the choices and the question of the last that has them.
    """
    prompts = [s.reply.prompt for s in said if s.reply.prompt]
    chosen = [s.choices for s in said if s.choices]
    return Outgoing(
        text=" ".join(s.text for s in said),
        choices=chosen[-1] if chosen else (),
        prompt=prompts[-1] if prompts else None,
        asks=sum(s.reply.asks for s in said),
        keys=tuple(s.utterance.key for s in said),
        used=tuple(s.wording.id for s in said),
        quoted=tuple(words for s in said for words in s.quoted),
    )


def _numbered(message: Outgoing, content: Content) -> str:
    lines = [
        f"{number} {sms.plain(choice.label, content.language)}"
        for number, choice in enumerate(message.choices, 1)
    ]
    return "\n".join([*lines, content.language.sms_choices]) if lines else ""


def _pieces(whole: Outgoing, texts: Sequence[str]) -> list[Outgoing]:
    """The parts of a message that had to be split.

    The last one carries what the whole asks and is.
    """
    first = [Outgoing(text) for text in texts[:-1]]
    return [*first, replace(whole, text=texts[-1])]


def _say(reply: Reply, setting: _Setting) -> _Said:
    content = setting.content
    known = values.resolve(
        reply.values,
        content=content,
        known=setting.known,
        texts=setting.texts,
        people=setting.people,
    )
    if not setting.quotes:
        known.pop("quote", None)
    if setting.channel == SMS:
        known = values.on_sms(known, content.language)
    known = values.with_stand_ins(known, content.language)
    utterance = _with_what_is_known(_utterance(content, reply.say), known, content)
    known = values.with_numbers(known, utterance, content, content.service.nation)
    wording = _pick(_candidates(utterance, known, setting), utterance.key, setting)
    return _Said(
        utterance=utterance,
        wording=wording,
        text=values.fill(wording, known),
        choices=_choices(utterance, reply, known, setting),
        reply=reply,
        quoted=tuple(values.quoted(wording, known)),
    )


def _utterance(content: Content, key: str) -> Utterance:
    if key not in content.utterances:
        raise UnknownUtterance(f"content has no wording for {key}")
    return content.utterances[key]


def _with_what_is_known(utterance: Utterance, known: values.Values, content: Content) -> Utterance:
    """The utterance, or the one its file says takes its place when a value is not known."""
    for value, other in utterance.without.items():
        if value not in known:
            return _with_what_is_known(content.utterances[other], known, content)
    return utterance


def _candidates(
    utterance: Utterance, known: values.Values, setting: _Setting
) -> tuple[Wording, ...]:
    """The wordings that can be said, from the best list that has any.

    Discreet, with a value, SMS, all.
    """
    lists: list[tuple[Wording, ...]] = []
    if setting.discreet:
        lists.append(utterance.discreet)
    lists += [said for value, said in utterance.with_value.items() if value in known]
    if setting.channel == SMS:
        lists.append(utterance.sms)
    for wordings in (*lists, utterance.wordings):
        sayable = tuple(w for w in wordings if w.needs <= known.keys())
        if sayable:
            return sayable
    raise MissingValue(f"{utterance.key} cannot be said: its values are not known")


def _pick(wordings: tuple[Wording, ...], key: str, setting: _Setting) -> Wording:
    fresh = [w for w in wordings if w.id != setting.last_used.get(key)] or list(wordings)
    digest = hashlib.blake2b(f"{setting.turn_id}\0{key}".encode(), digest_size=8).digest()
    return fresh[int.from_bytes(digest) % len(fresh)]


def _choices(
    utterance: Utterance, reply: Reply, known: values.Values, setting: _Setting
) -> tuple[Choice, ...]:
    labels = _labels(utterance, reply, setting.content)
    keys = reply.choices if reply.choices is not None else tuple(labels)
    if setting.channel == SMS:
        keys = tuple(key for key in keys if key not in setting.content.language.buttons_only)
    common = setting.content.language.choices
    for key in keys:
        if key not in labels and key not in common:
            raise UnknownChoice(f"{utterance.key} has no label for the choice {key}")
    return tuple(
        Choice(key, values.fill(Wording(labels.get(key) or common[key]), known)) for key in keys
    )


def _labels(utterance: Utterance, reply: Reply, content: Content) -> Mapping[str, str]:
    if utterance.choices_from == "areas":
        return {area.key: area.label for area in content.areas}
    if utterance.choices_from == "stages":
        named = (reply.prompt.area if reply.prompt else None) or str(reply.values.get("area"))
        area = content.area(named)
        return {stage.key: stage.client for stage in area.stages} if area else {}
    return utterance.choices
