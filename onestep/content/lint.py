"""`python -m onestep.content.lint content` prints every fault and conduct breach with its line."""

import sys
from pathlib import Path

from onestep.content.load import inspect


def main(arguments: list[str]) -> int:
    """Check every language of the content folders named; 1 when there is anything to mend."""
    folders = [Path(argument) for argument in arguments] or [Path("content")]
    homes = [home.parent for folder in folders for home in sorted(folder.glob("*/language.yml"))]
    if not homes:
        sys.stdout.write(f"no language found in {', '.join(map(str, folders))}\n")
    faults = [fault for home in homes for fault in inspect(home.parent, home.name)[1]]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults or not homes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
