"""The parts of docs/benchmarks.md that have a command of their own, below `make bench`'s."""

import re
from pathlib import Path

PART = re.compile(r"<!-- ([\w-]+): begin -->.*?<!-- \1: end -->", re.DOTALL)


def put(place: Path, name: str, text: str) -> None:
    """Writes one part into the page, in its old place or at the end."""
    page = place.read_text("utf-8") if place.exists() else ""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    part = f"{begin}\n\n{text.strip()}\n\n{end}"
    found = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if found.search(page):
        page = found.sub(lambda _: part, page)
    else:
        page = f"{page.rstrip()}\n\n{part}\n"
    place.write_text(page, "utf-8")


def kept(page: str) -> str:
    """All such parts of a page, to be put below it when the rest is written anew."""
    return "".join(f"\n{match[0]}\n" for match in PART.finditer(page))
