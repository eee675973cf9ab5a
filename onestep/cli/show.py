"""Shows a conversation in the terminal so that it is pleasant to read."""

from collections.abc import Callable
from typing import Any

from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from onestep.cli.say import console

WIDTH = 46  # about as wide as a message on a phone
GREETING = """\
You are [bold]Sam[/]; nothing leaves this machine. Write as Sam would, or answer by number.
  [bold]:due[/]    a check-in is due     [bold]:wait 2h[/]     time goes by (also 3d, or PT90M)
  [bold]:open[/]   Ana takes over        [bold]:coach TEXT[/]  Ana writes
  [bold]:close[/]  Ana hands back        [bold]Ctrl-D[/]       ends
"""


def show(event: dict[str, Any]) -> None:
    """Prints one line of a conversation; words are shown as they are, never as markup."""
    for key, shown in SHOWN.items():
        if key in event:
            shown(event)
            return


def _to(event: dict[str, Any]) -> None:
    text = Text(str(event["text"]))
    for number, choice in enumerate(event.get("choices") or [], start=1):
        if f"\n{number} " in event["text"]:
            continue  # a text message has its numbers in it
        text.append(f"\n[{number}] {choice['label']}", style="cyan")
    coach = event["to"] == "coach"
    title = "for Ana" if coach else f"to {event.get('from', 'Sam')}"
    title += ", edited" if event.get("edited") else ""
    style = "magenta" if coach else "green"
    panel = Panel(text, width=WIDTH, title=title, title_align="left", border_style=style)
    console.print(Padding(panel, (0, 0, 0, 2)), soft_wrap=False)  # broken into lines in its frame


def _command(event: dict[str, Any]) -> None:
    console.print(Text(f"    kept: {event['command'].get('command')}", style="dim"))


def _alert(event: dict[str, Any]) -> None:
    alert = event["alert"]
    console.print(
        Text(f"    alert: {alert['level']} ({alert['category']}), to {alert['to']}", style="red")
    )


def _contact(event: dict[str, Any]) -> None:
    console.print(Text(f"    contact: {event['contact']}", style="yellow"))


def _end(event: dict[str, Any]) -> None:
    end = event["end"]
    console.print(Text(f"{end['script']}: {end['turns']} turns, {end['failed']} failed"))


SHOWN: dict[str, Callable[[dict[str, Any]], None]] = {
    "to": _to,
    "command": _command,
    "alert": _alert,
    "contact": _contact,
    "end": _end,
}
