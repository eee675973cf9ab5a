"""Reads one content file, so that every fault can name its line.

Every scalar is taken as the text that stands in the file: `no` is the word no, a number keeps its
zeros.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from onestep.content.errors import Fault
from onestep.content.model import Wording

Node = yaml.Node
_LONGEST_FILE = 1_000_000


@dataclass
class Page:
    """One content file being read, and the faults found in it so far."""

    name: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, at: Node | int, reason: str) -> None:
        """Note what is wrong at a node or a line."""
        line = at if isinstance(at, int) else line_of(at)
        self.faults.append(Fault(self.name, line, reason))

    def entries(self, node: Node | None, what: str) -> dict[str, Node]:
        """A mapping as name → node. A name that comes twice is a fault; the first one counts."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(
                node if node is not None else 1, f"{what} is not a list of names with values"
            )
            return {}
        found: dict[str, Node] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode) or not name.value:
                self.fault(name, f"a name in {what} is not a word")
            elif name.value in found:
                self.fault(name, f"{name.value} is there twice in {what}")
            else:
                found[name.value] = value
        return found

    def text(self, node: Node | None, what: str) -> str:
        """One text, without spaces at its ends; empty is a fault."""
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value).strip()
        self.fault(node if node is not None else 1, f"{what} is not a text")
        return ""

    def texts(self, node: Node | None, what: str) -> tuple[Wording, ...]:
        """A list of texts with their lines."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.fault(node if node is not None else 1, f"{what} is not a list of texts")
            return ()
        said = ((self.text(item, f"a text in {what}"), line_of(item)) for item in node.value)
        return tuple(Wording(text=text, line=line) for text, line in said if text)

    def mapping(self, node: Node | None, what: str) -> dict[str, str]:
        """Names with one text each."""
        return {
            name: self.text(value, f"{name} in {what}")
            for name, value in self.entries(node, what).items()
        }

    def names(self, node: Node | None, what: str) -> tuple[str, ...]:
        """A list of short names."""
        return tuple(wording.text for wording in self.texts(node, what))

    def only(self, entries: dict[str, Node], allowed: frozenset[str], what: str) -> None:
        """A fault for every name that means nothing here."""
        for name in entries.keys() - allowed:
            known = ", ".join(sorted(allowed))
            self.fault(entries[name], f"{what} has an unknown part {name} (known: {known})")


def line_of(node: Node) -> int:
    """The line a node starts on, counted from 1."""
    return _mark_line(node.start_mark)


def read(path: Path, page: Page) -> Node | None:
    """The root of a file, or None with the fault noted: unreadable, not UTF-8, not YAML, empty."""
    try:
        raw = path.read_bytes()
        if len(raw) > _LONGEST_FILE:
            page.fault(0, "the file is over 1 MB")
            return None
        text = raw.decode("utf-8")
        # Aliases would let a small file grow without end; content has no use for them.
        for event in yaml.parse(text, Loader=yaml.SafeLoader) if "*" in text else ():
            if isinstance(event, yaml.AliasEvent):
                page.fault(_mark_line(event.start_mark), "references (*) are not used in content")
                return None
        node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        page.fault(0, f"cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError:
        page.fault(0, "is not UTF-8 text")
        return None
    except (yaml.YAMLError, RecursionError) as error:
        page.fault(
            _mark_line(getattr(error, "problem_mark", None)), f"is not YAML: {_yaml_reason(error)}"
        )
        return None
    if node is None:
        page.fault(0, "is empty")
    return node


def _mark_line(mark: object) -> int:
    line: int | None = getattr(mark, "line", None)
    return 0 if line is None else line + 1


def _yaml_reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or "it cannot be understood")
