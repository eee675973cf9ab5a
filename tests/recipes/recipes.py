"""Reads the recipes of the README and applies them to a copy of the tree."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_AT_LINE = re.compile(
    r"In `(?P<file>[^`]+)`, (?P<where>below|above|in place of) the line `(?P<line>[^`]+)`, "
    r"(?:add|write):$"
)
_AT_END = re.compile(r"At the end of `(?P<file>[^`]+)`, add:$")
_FENCE = re.compile(
    r"^(?P<indent> *)```\w+\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Edit:
    """One snippet of a recipe, and where it goes."""

    file: str
    where: str  # below | above | in place of | end
    line: str
    code: str

    def apply(self, root):
        """Changes the file under root; the line must be there exactly once."""
        path = root / self.file
        lines = path.read_text("utf-8").split("\n")
        if self.where == "end":
            path.write_text("\n".join(lines) + self.code, "utf-8")
            return
        found = [n for n, line in enumerate(lines) if line.strip() == self.line]
        assert len(found) == 1, f"{self.file} has the line {self.line!r} {len(found)} times"
        before = found[0] + (self.where == "below")
        after = found[0] + (self.where != "above")
        lines[before:after] = self.code.removesuffix("\n").split("\n")
        path.write_text("\n".join(lines), "utf-8")


def recipe(title):
    """The edits of one recipe, in order; a snippet that says no place is a fault of the README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split(f"\n### {title}\n")[1].split("\n## ")[0].split("\n### ")[0]
    edits, told = [], 0
    for fence in _FENCE.finditer(section):
        prose = " ".join(section[told : fence.start()].split())
        place = _AT_LINE.search(prose) or _AT_END.search(prose)
        assert place, f"{title}: no place is said for {fence['code']!r}"
        said = {"where": "end", "line": "", **place.groupdict()}
        indent = len(fence["indent"])
        code = "".join(line[indent:] if line.strip() else "\n" for line in _lines(fence["code"]))
        edits.append(Edit(said["file"], said["where"], said["line"], code))
        told = fence.end()
    assert edits, f"{title} has no snippet"
    return edits


def _lines(code):
    return code.splitlines(keepends=True)


def copy_of_the_tree(place):
    """A copy of what git knows, with both environments by reference, and what was trained."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in files.stdout.decode().split("\0"):
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    for environment in (".venv", "bot/.venv"):
        (place / environment).symlink_to(ROOT / environment, target_is_directory=True)
    for folder in ("bot/models", "onestep/safety/models"):
        shutil.copytree(ROOT / folder, place / folder, dirs_exist_ok=True)
    return place


__all__ = ["Edit", "copy_of_the_tree", "recipe"]
