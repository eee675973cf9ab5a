"""Loads a language's rule files, once, into matchers that are ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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
_OPTIONS = {"level", "who", "happened", "unless_next", "say"}
_SHARED = ("words", "spelling", "harmless", "scope", "requests")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule says when it fires.

    who: "own" looks for whose trouble it is; "any" takes it as it stands.
    happened: the rule speaks of something done, so that the past tense alone lowers nothing.
    unless_next: the rule is void when one of these words follows.
    """

    detail: str
    level: Level
    category: Category | None = None
    who: str = "own"
    happened: bool = False
    unless_next: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that are matched together, and the words without which none of them can fire."""

    matcher: Matcher
    rules: Mapping[int, tuple[Rule, Compiled]]
    anchors: frozenset[str]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything one language needs."""

    vocab: Vocab
    spelling: Spelling
    packs: tuple[Pack, ...]
    harmless: Pack
    scope: Pack
    slots: Slots
    requests: Mapping[str, Request]
    anchors: frozenset[str]

    def slot(self, name: str) -> frozenset[str]:
        """Give the words of one slot of words.yml."""
        return frozenset(self.slots[name])


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
    build = _builder(vocab, slots)
    packs = tuple(
        build(home / "rules" / f"{category}.yml", _rules(home, category)) for category in Category
    )
    harmless = build(home / "harmless.yml", _lists(shared["harmless"]))
    scope = build(home / "scope.yml", _lists(shared["scope"]))
    anchors = frozenset().union(*(pack.anchors for pack in packs))
    spelling = _spelling(shared["spelling"], slots, (*packs, harmless, scope))
    requests = {
        str(text): Request(kind) for kind, texts in shared["requests"].items() for text in texts
    }
    return RuleBook(
        vocab=vocab, spelling=spelling, packs=packs, harmless=harmless, scope=scope,
        slots=slots, requests=requests, anchors=anchors,
    )  # fmt: skip


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


Sources = list[tuple[Rule, list[str]]]


def _rules(home: Path, category: Category) -> Sources:
    """Read the rules of one category."""
    path = home / "rules" / f"{category}.yml"
    return [_rule(path, category, str(k), v) for k, v in _read(path).items()]


def _rule(path: Path, category: Category, detail: str, data: Any) -> tuple[Rule, list[str]]:
    if not isinstance(data, dict) or not data.get("say") or set(data) - _OPTIONS:
        raise RulesError(path.name, detail, f"give `say` and only {sorted(_OPTIONS)}")
    try:
        level = Level(data.get("level", "now"))
    except ValueError as error:
        raise RulesError(path.name, detail, "level is now or soft") from error
    rule = Rule(
        detail=detail,
        level=level,
        category=category,
        who=str(data.get("who", "own")),
        happened=data.get("happened") == "true",
        unless_next=frozenset(map(str, data.get("unless_next", []))),
    )
    return rule, [str(line) for line in data["say"]]


def _lists(data: Mapping[str, list[str]]) -> Sources:
    """Read a file of plain lists: the list's name is what its patterns mean."""
    return [(Rule(detail=str(k), level=Level.NONE), [str(x) for x in v]) for k, v in data.items()]


def _builder(vocab: Vocab, slots: Slots) -> Callable[[Path, Sources], Pack]:
    rank = {word: i for i, word in enumerate(slots["common"])}

    def build(path: Path, sources: Sources) -> Pack:
        matcher, rules, anchors = Matcher(vocab), {}, set()
        for rule, lines in sources:
            for line in lines:
                for number, one in enumerate(_compile(path, rule, line, slots)):
                    key = f"{rule.detail}/{line}/{number}"
                    matcher.add(key, [list(one.tokens)])
                    rules[vocab.strings[key]] = (rule, one)
                    anchors |= _anchor(one, rank)
        return Pack(matcher, rules, frozenset(anchors))

    return build


def _compile(path: Path, rule: Rule, line: str, slots: Slots) -> list[Compiled]:
    try:
        return compile_pattern(line, slots)
    except PatternError as error:
        raise RulesError(path.name, f"{rule.detail}: {line}", str(error)) from error


def _anchor(one: Compiled, rank: Mapping[str, int]) -> frozenset[str]:
    """Choose the position whose words are rarest: without one of them this cannot fire."""
    needed = [w for i, w in enumerate(one.words) if w and i not in one.loose]
    return max(needed, key=lambda words: (min(rank.get(w, 10**6) for w in words), -len(words)))


def _spelling(data: Mapping[str, Any], slots: Slots, packs: Iterable[Pack]) -> Spelling:
    known = {w for p in packs for _, one in p.rules.values() for ws in one.words for w in ws}
    return Spelling(
        words=known | {w for name in slots for entry in slots[name] for w in entry.split()},
        shorthand={str(k): str(v) for k, v in data["shorthand"].items()},
        common=slots["common"],
        close=map(str, data["close"]),
        lookalikes=map(str, data["lookalikes"]),
    )
