"""Loads a language's rule files, once, into matchers that are ready to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.matcher import Matcher
from spacy.vocab import Vocab

from onestep.safety.errors import RulesError
from onestep.safety.pattern import Compiled, PatternError, Slots, compile_pattern
from onestep.safety.spelling import Spelling
from onestep.safety.verdict import Category, Level, Request

HERE = Path(__file__).parent
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # leaves "on", "no" and 21 as text
_OPTIONS = {"level", "who", "happened", "as_said", "unless_next", "say"}
_SHARED = ("words", "spelling", "requests")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule says when it fires.

    who: "own" looks for whose trouble it is; "any" takes it as it stands.
    happened: the rule speaks of something done, so that the past tense alone lowers nothing.
    as_said: the rule has its own "not", so that no other is looked for.
    unless_next: the rule is void when one of these words follows.
    """

    detail: str
    level: Level
    category: Category | None = None
    who: str = "own"
    happened: bool = False
    as_said: bool = False
    unless_next: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pack:
    """Patterns that share their anchors: words without one of which none of them can fit."""

    matcher: Matcher
    rules: Mapping[int, tuple[Rule, Compiled]]
    anchors: frozenset[str]

    def could_fit(self, present: set[str]) -> bool:
        """Whether all the words that one pattern needs are there, in whatever order.

        Starting a matcher costs more than this, and nearly all would start in vain.
        """
        return any(not any(map(present.isdisjoint, one.needed)) for _, one in self.rules.values())


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything one language needs."""

    vocab: Vocab
    spelling: Spelling
    rules: Mapping[str, tuple[Pack, ...]]  # by anchor
    marks: Mapping[str, tuple[Pack, ...]]  # by anchor: what is harmless, denied, long ago
    slots: Slots
    requests: Mapping[str, Request]
    telling: frozenset[str]  # the anchors that are not everyday words

    def slot(self, name: str) -> frozenset[str]:
        """Give the words of one slot of words.yml."""
        return frozenset(self.slots[name])


@cache
def has_rules(language: str) -> bool:
    """Say whether a language has rule files of its own."""
    return language.isalpha() and (HERE / language / "words.yml").is_file()


@lru_cache(maxsize=8)
def load(language: str, folder: Path = HERE) -> RuleBook:
    """Read all rule files of one language, once.

    Raises RulesError naming the file, the rule and the reason.
    """
    home = folder / language
    shared = {name: _read(home / f"{name}.yml") for name in _SHARED}
    slots: Slots = {name: tuple(map(str, v)) for name, v in shared["words"].items()}
    vocab = spacy.blank(language).vocab
    rank = {word: place for place, word in enumerate(slots["common"])}
    rules = _packs(vocab, rank, [one for c in Category for one in _rules(home, c, slots)])
    marks = _packs(vocab, rank, _lists(home, "harmless", slots) + _lists(home, "scope", slots))
    spelling = _spelling(shared["spelling"], slots, (*rules, *marks))
    return RuleBook(
        vocab=vocab,
        spelling=spelling,
        rules=_by_anchor(rules),
        marks=_by_anchor(marks),
        slots=slots,
        requests=_requests(shared["requests"], spelling),
        telling=frozenset().union(*(pack.anchors for pack in rules)) - set(slots["common"]),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 text only
    except FileNotFoundError as error:
        raise RulesError(path.name, "file", "it is missing; put it back") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f"line {place.line + 1}" if place else "file"
        raise RulesError(path.name, line, "it is not YAML; mend that line") from error
    if not isinstance(data, dict):
        raise RulesError(path.name, "file", "it must hold names with values")
    return data


Line = tuple[Rule, str, Compiled]  # a rule, one of its lines, one variant of that line


def _rules(home: Path, category: Category, slots: Slots) -> list[Line]:
    """Read the rules of one category."""
    path = home / "rules" / f"{category}.yml"
    return [
        line
        for detail, data in _read(path).items()
        for line in _lines(path, _rule(path, category, detail, data), data["say"], slots)
    ]


def _rule(path: Path, category: Category, detail: str, data: Any) -> Rule:
    if not isinstance(data, dict) or not data.get("say") or set(data) - _OPTIONS:
        raise RulesError(path.name, detail, f"give `say` and only {sorted(_OPTIONS)}")
    if data.get("level", "now") not in ("now", "soft"):
        raise RulesError(path.name, detail, "level is now or soft")
    if data.get("who", "own") not in ("own", "any"):
        raise RulesError(path.name, detail, "who is own or any")
    return Rule(
        detail=detail,
        level=Level(data.get("level", "now")),
        category=category,
        who=data.get("who", "own"),
        happened=data.get("happened") == "true",
        as_said=data.get("as_said") == "true",
        unless_next=frozenset(data.get("unless_next", [])),
    )


def _lists(home: Path, name: str, slots: Slots) -> list[Line]:
    """Read a file of plain lists: the list's name is what its patterns mean."""
    path = home / f"{name}.yml"
    return [
        line
        for kind, says in _read(path).items()
        for line in _lines(path, Rule(detail=kind, level=Level.NONE), says, slots)
    ]


def _lines(path: Path, rule: Rule, says: list[str], slots: Slots) -> list[Line]:
    return [(rule, say, one) for say in says for one in _compile(path, rule, say, slots)]


def _packs(vocab: Vocab, rank: Mapping[str, int], lines: list[Line]) -> list[Pack]:
    """Put the patterns with the same anchors together, each with a matcher of its own."""
    grouped: dict[frozenset[str], list[Line]] = {}
    for line in lines:
        grouped.setdefault(_anchor(line[2], rank), []).append(line)
    return [_pack(vocab, anchors, group) for anchors, group in grouped.items()]


def _pack(vocab: Vocab, anchors: frozenset[str], lines: list[Line]) -> Pack:
    matcher, rules = Matcher(vocab), {}
    for number, (rule, say, one) in enumerate(lines):
        key = f"{rule.category or rule.detail}/{say}/{number}"
        matcher.add(key, [list(one.tokens)])
        rules[vocab.strings[key]] = (rule, one)
    return Pack(matcher, rules, anchors)


def _by_anchor(packs: Iterable[Pack]) -> Mapping[str, tuple[Pack, ...]]:
    index: dict[str, list[Pack]] = {}
    for pack in packs:
        for word in pack.anchors:
            index.setdefault(word, []).append(pack)
    return {word: tuple(found) for word, found in index.items()}


def _compile(path: Path, rule: Rule, line: str, slots: Slots) -> list[Compiled]:
    try:
        return compile_pattern(line, slots)
    except PatternError as error:
        raise RulesError(path.name, f"{rule.detail}: {line}", str(error)) from error


def _anchor(one: Compiled, rank: Mapping[str, int]) -> frozenset[str]:
    """Choose the position whose words are rarest: without one of them this cannot fire."""
    return max(one.needed, key=lambda words: (min(rank.get(w, 10**6) for w in words), -len(words)))


def _requests(data: Mapping[str, list[str]], spelling: Spelling) -> dict[str, Request]:
    """Read every wording the way a message is read, so that "2 weeks" meets "2 weeks"."""
    return {
        " ".join(plain for word in text.split() for plain in spelling.read(word)): Request(kind)
        for kind, texts in data.items()
        for text in texts
    }


def _spelling(data: Mapping[str, Any], slots: Slots, packs: Iterable[Pack]) -> Spelling:
    known = {w for p in packs for _, one in p.rules.values() for ws in one.words for w in ws}
    return Spelling(
        words=known | {w for name in slots for entry in slots[name] for w in entry.split()},
        shorthand={str(k): str(v) for k, v in data["shorthand"].items()},
        common=slots["common"],
        close=map(str, data["close"]),
        lookalikes=map(str, data["lookalikes"]),
        loud=slots["loud"],
    )
