"""Holds every wording of a language against the conduct lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onestep.content.catalogue import LONGEST
from onestep.content.conduct import Breach, breach, check_text, is_crisis, sms_breaches, unsaid
from onestep.content.conduct_rules import Conduct
from onestep.content.errors import Fault
from onestep.content.gsm import to_gsm7
from onestep.content.model import VALUE, Content, Kind, Utterance, Wording

_PLAIN: Mapping[str, str] = dict(LONGEST)
_AWKWARD: Mapping[str, str] = {
    "called": "Ṫåṁṡîṅ 🦊 {coach} مرحبا",
    "coach": "Siân-Angharad ap {quote}",
    "service": "Tŷ {service} %s \\1 <b>",
    "next_check_in": "on Dydd Gwener {next_check_in}",
    "date": "{date} الخميس 🗓",
    "when": "by {when}\u200b 17:00",
    "person": "{person} 👵🏽",
    "area": "{area} 🏡",
    "quote": "got {quote} back in me shed",
    "number": "6½",
    "promise": "{promise} 🤝.",
    "numbers": "999 {numbers}",
    "council": "{council} 01632 960 961",
}


def lint(content: Content) -> list[Fault]:
    """Every conduct breach in every wording, filled with plain and with awkward values."""
    return [fault for u in content.utterances.values() for fault in _of_utterance(u, content)]


def _of_utterance(utterance: Utterance, content: Content) -> Iterator[Fault]:
    for variant, wordings in utterance.variants().items():
        for wording in wordings:
            found = dict.fromkeys(
                str(b) for b in _of_wording(wording, utterance, variant, content)
            )
            for reason in found:
                yield Fault(utterance.file, wording.line, f"{reason} in {utterance.key}")
    for label in utterance.choices.values():
        # A label is said by the client, so lines 1 and 4 are not about it.
        for b in (
            b
            for b in _check(label, utterance, content)
            if b.rule not in (Conduct.NO_ADVICE, Conduct.OWN_WORDS)
        ):
            yield Fault(utterance.file, utterance.line, f"{b} in a choice of {utterance.key}")


def _of_wording(
    wording: Wording, utterance: Utterance, variant: str, content: Content
) -> Iterator[Breach]:
    asked = wording.text.count("?")
    if utterance.kind is Kind.ASKS and asked != 1:
        yield breach(Conduct.ONE_QUESTION, f"a question that asks {asked} times")
    if utterance.kind in (Kind.TELLS, Kind.CONCERN) and asked:
        yield breach(Conduct.ONE_QUESTION, "a line that tells, and asks")
    if utterance.kind is Kind.CLOSE and asked:
        yield breach(Conduct.DISCREET, "a close that asks")
    yield from unsaid(wording.text, utterance.key, language=content.language.code)
    for values in (_PLAIN, _AWKWARD) if wording.needs else (_PLAIN,):
        text = _filled(wording, values)
        spans = [values[name] for name in wording.needs]
        yield from _check(text, utterance, content, spans=spans, secret=variant == "discreet")
    if variant != "wordings" or not utterance.sms:
        yield from _on_sms(wording, utterance)


def _filled(wording: Wording, values: Mapping[str, str]) -> str:
    return VALUE.sub(lambda found: values[found[1]], wording.text)


def _check(
    text: str,
    utterance: Utterance,
    content: Content,
    *,
    spans: list[str] | None = None,
    secret: bool = False,
) -> list[Breach]:
    found = check_text(
        text,
        client_spans=spans or (),
        key=None,
        started=secret,
        discreet=secret,
        fixed=is_crisis(utterance.key),
        language=content.language.code,
        allowed=content.service.client_words,
    )
    # Values of every kind are taken out as spans; the quotation rule is for real words of clients.
    return [
        b for b in found if not (b.rule is Conduct.OWN_WORDS and b.why.startswith("gives back"))
    ]


def _on_sms(wording: Wording, utterance: Utterance) -> Iterator[Breach]:
    """Line 13, as the message is sent: in the alphabet of a text message."""
    text = to_gsm7(_filled(wording, LONGEST))
    if text is None:
        yield breach(Conduct.SMS, "a sign outside GSM-7")
    else:
        yield from sms_breaches(text, crisis=is_crisis(utterance.key))
