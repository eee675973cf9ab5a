"""Loads a language's content, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from onestep.content import check, menu, parts
from onestep.content.conduct import has_rules
from onestep.content.errors import ContentError, ContentFaults, Fault, UnknownLanguage
from onestep.content.linting import lint
from onestep.content.model import Content, Utterance
from onestep.content.reading import Page, read

# Files that are not (only) wordings. areas.yml holds both.
_FACTS = ("language.yml", "service.yml", "routes.yml", "areas.yml", menu.FILE)
_NOT_WORDINGS = {"areas.yml": frozenset({"areas", "staff_stages"})}


def load(folder: Path, language: str = "en") -> Content:
    """The content of one language, read, checked and passed by the conduct linter.

    `folder` holds one folder a language. Raises ContentFaults with every fault there is: file,
    line, reason.
    """
    content, faults = inspect(folder, language)
    if faults or content is None:
        raise ContentFaults(faults)
    return content


def reload(current: Content) -> tuple[Content, ContentError | None]:
    """The content as its files are now; when they are faulty, what was in force and the error."""
    try:
        return load(current.folder, current.language.code), None
    except ContentError as error:
        return current, error


def inspect(folder: Path, language: str = "en") -> tuple[Content | None, list[Fault]]:
    """As much of the content as can be read, and every fault in it."""
    content, faults = _read(Path(folder), language)
    if content is not None and not faults:
        faults = check.check(content)
    if content is not None and not faults:
        faults = [*lint(content), *menu.lint_menu(content)]
    return content, faults


def available_languages(folder: Path) -> tuple[str, ...]:
    """The languages with complete replies and conduct rules of their own."""
    found = sorted(p.name for p in Path(folder).iterdir() if (p / "language.yml").is_file())
    return tuple(code for code in found if _ready(folder, code))


def require_language(folder: Path, language: str) -> None:
    """Refuse a language without its rules and replies. Raises UnknownLanguage: one sentence.

    What is wrong in the files of one that has them is for `load` to say, file by file.
    """
    if has_rules(language) and (Path(folder) / language / "language.yml").is_file():
        return
    spoken = ", ".join(available_languages(folder)) or "none"
    raise UnknownLanguage(
        f"The language {language!r} cannot be used: it needs its replies in "
        f"content/{language}/ and its conduct rules (ready now: {spoken})."
    )


def _ready(folder: Path, language: str) -> bool:
    return has_rules(language) and not inspect(folder, language)[1]


def _read(folder: Path, language: str) -> tuple[Content | None, list[Fault]]:
    home = folder / language
    if not home.is_dir():
        return None, [Fault(f"{folder.name}/{language}", 0, "there is no such folder")]
    if not has_rules(language):
        return None, [Fault(f"{folder.name}/{language}", 0, "the language has no conduct rules")]
    pages = {name: Page(f"{folder.name}/{language}/{name}") for name in _names(home)}
    roots = {name: read(home / name, page) for name, page in pages.items()}
    faults = [fault for page in pages.values() for fault in page.faults]
    if faults:
        return None, faults
    content = Content(
        folder=folder,
        language=parts.language(roots["language.yml"], pages["language.yml"], language),
        service=parts.service(roots["service.yml"], pages["service.yml"]),
        utterances=_utterances(pages, roots),
        areas=parts.areas(roots["areas.yml"], pages["areas.yml"]),
        routes=parts.routes(roots["routes.yml"], pages["routes.yml"]),
        menu=menu.menu(roots[menu.FILE], pages[menu.FILE]),
    )
    return content, [fault for page in pages.values() for fault in page.faults]


def _names(home: Path) -> list[str]:
    """The files there are, and those there have to be (reading them tells what is wrong)."""
    return sorted({path.name for path in home.glob("*.yml")} | set(_FACTS))


def _utterances(pages: dict[str, Page], roots: parts.Roots) -> dict[str, Utterance]:
    said: dict[str, Utterance] = {}
    for utterance, page in _each(pages, roots):
        if utterance.key in said:
            first = said[utterance.key]
            page.fault(utterance.line, f"{utterance.key} is already in {first.file}:{first.line}")
        else:
            said[utterance.key] = utterance
    return said


def _each(pages: dict[str, Page], roots: parts.Roots) -> Iterator[tuple[Utterance, Page]]:
    for name, page in pages.items():
        if name in _FACTS and name not in _NOT_WORDINGS:
            continue
        for key, node in page.entries(roots[name], "the file").items():
            if key not in _NOT_WORDINGS.get(name, frozenset()):
                yield parts.utterance(key, node, page), page
