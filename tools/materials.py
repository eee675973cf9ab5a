"""Writes the bill of materials: every locked package, its files' hashes and its licence.

    python -m tools.materials    writes var/materials-application.json and var/materials-bot.json

CycloneDX, one file for each environment. It is made from the lock and from what is installed, so
it is not kept in the repository.
"""

import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from tools.locked import Locked, one_way, read_lock

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "application": (ROOT / "requirements.lock", ROOT / ".venv"),
    "bot": (ROOT / "bot" / "requirements.lock", ROOT / "bot" / ".venv"),
}
UNSAID = "not said in the package"


def main() -> int:
    """Write the bill of each environment and say where it is."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    for part, (lock, environment) in PARTS.items():
        licences = licences_of(environment)
        components = [component(locked, licences) for locked in read_lock(lock)]
        place = folder / f"materials-{part}.json"
        place.write_text(bill(part, components), encoding="utf-8")
        print(f"{place.relative_to(ROOT)}: {len(components)} packages")
    return 0


def licences_of(environment: Path) -> dict[str, str]:
    """The licence of each package that is installed, as the package itself says it."""
    places = [str(place) for place in environment.glob("lib/python3*/site-packages")]
    found = metadata.distributions(path=places)
    return {one_way(one.metadata["Name"]): _licence(one) for one in found}


def _licence(package: metadata.Distribution) -> str:
    # The places a licence has stood in over the years, the newest and most exact first.
    said = package.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    classified = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or ()
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    written = said["License"].strip() if "License" in said else ""
    # Some put the whole text of the licence there.
    short = written if "\n" not in written else ""
    title = (package.read_text("licenses/LICENSE") or "").partition("\n")[0].strip()
    return " or ".join(classified) or short or title or UNSAID


def component(locked: Locked, licences: dict[str, str]) -> Component:
    """One package of the bill; a package for another system or Python is not installed here."""
    licence = licences.get(locked.name, "not installed here")
    return Component(
        type=ComponentType.LIBRARY,
        name=locked.name,
        version=locked.version,
        purl=PackageURL("pypi", name=locked.name, version=locked.version),
        bom_ref=f"{locked.name}=={locked.version}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hash_) for hash_ in locked.hashes],
        licenses=[LicenseFactory().make_from_string(licence)],
    )


def bill(part: str, components: Iterable[Component]) -> str:
    """The bill of one environment, as CycloneDX 1.6 in JSON."""
    whole = Component(type=ComponentType.APPLICATION, name=f"onestep-{part}", bom_ref="onestep")
    bom = Bom(components=components)
    bom.metadata.component = whole
    bom.register_dependency(whole, bom.components)  # a lock says what, not through whom
    writer = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return writer.output_as_string(indent=2)


if __name__ == "__main__":
    sys.exit(main())
