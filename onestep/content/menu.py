"""What strangers read of the bot, and the menu of its commands: telegram.yml, read and checked."""

from __future__ import annotations

from collections.abc import Iterator

from onestep.content.conduct import check_text
from onestep.content.conduct_rules import Conduct
from onestep.content.errors import Fault
from onestep.content.model import VALUE, Content, Menu
from onestep.content.reading import Node, Page, line_of

FILE = "telegram.yml"
# The commands that a menu has a line for; the words without a slash are the client's all the same.
COMMANDS = frozenset({"help", "pause", "resume", "stop", "coach", "mywords", "settings"})
# What Telegram takes, in letters; with room for a long name of a service.
DESCRIPTION, SHORT, LINE = 512 - 60, 120 - 60, 60
_MAY_NAME = {"service"}


def menu(node: Node | None, page: Page) -> Menu:
    """telegram.yml as its file has it; what Telegram would refuse is a fault."""
    entries = page.entries(node, "the file")
    page.only(entries, frozenset({"description", "short_description", "menu"}), "the file")
    commands = page.mapping(entries.get("menu"), "menu")
    if commands.keys() != COMMANDS:
        wanted = ", ".join(sorted(COMMANDS))
        page.fault(entries.get("menu", 1), f"menu does not have a line for each of {wanted}")
    read = Menu(
        description=page.text(entries.get("description"), "description"),
        short_description=page.text(entries.get("short_description"), "short_description"),
        commands=commands,
        line=line_of(node) if node is not None else 1,
    )
    longest = {"description": DESCRIPTION, "short_description": SHORT}
    for name, text in read.texts().items():
        most = longest.get(name, LINE)
        if len(text) > most:
            page.fault(read.line, f"{name} is longer than {most} letters")
        if unknown := set(VALUE.findall(text)) - _MAY_NAME:
            page.fault(read.line, f"{name} names {', '.join(sorted(unknown))}, not the service")
    return read


def lint_menu(content: Content) -> Iterator[Fault]:
    """Every conduct breach in what strangers read, and in the lines of the menu."""
    where = f"{content.folder.name}/{content.language.code}/{FILE}"
    for name, text in content.menu.of(content.service.name).texts().items():
        # A line of the menu is pressed by the client: line 1 is not about it.
        for breach in check_text(text, fixed=True, language=content.language.code):
            if breach.rule is not Conduct.NO_ADVICE:
                yield Fault(where, content.menu.line, f"{breach} in {name}")
