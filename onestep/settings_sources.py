"""Where settings come from besides plain variables: files of secrets; and no misspelt name."""

import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

PREFIX = "onestep_"
OF_THE_TESTS = "onestep_test_"  # read by our tests alone, and may be set while they start us
FILE = "_file"
LONGEST_SECRET = 10_000  # bytes; a file that is longer holds something else


class SettingRefused(Exception):
    """A setting cannot be used; the message is one sentence that names it, never its value."""


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets from `ONESTEP_…_FILE`, or from the credentials that systemd hands over."""

    def __init__(
        self,
        settings: type[BaseSettings],
        given: Mapping[str, str | None],
        secrets: Collection[str],
    ) -> None:
        super().__init__(settings)
        self._given = given
        self._secrets = secrets

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002  # pydantic-settings fixes the signature
        field_name: str,
    ) -> tuple[Any, str, bool]:
        """Of a secret's field, what its file holds; None when it has no file."""
        path = self._place(field_name) if field_name in self._secrets else None
        return (None if path is None else _read(path, field_name)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every secret that has a file. Raises SettingRefused."""
        _refuse_misspelt(self._given, self._known())
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}

    def _place(self, name: str) -> Path | None:
        named = self._given.get(f"{PREFIX}{name}{FILE}")
        if not named:
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            credential = Path(folder) / f"{PREFIX}{name}" if folder else None
            return credential if credential is not None and credential.exists() else None
        if self._given.get(f"{PREFIX}{name}"):
            one, other = spelled(name), spelled(name + FILE)
            raise SettingRefused(f"{one} and {other} are both set: keep one of them.")
        return Path(named)

    def _known(self) -> set[str]:
        files = {f"{PREFIX}{name}{FILE}" for name in self._secrets}
        return files | {PREFIX + name for name in self.settings_cls.model_fields}


def spelled(name: str) -> str:
    """The variable of a field, as a person writes it."""
    return f"{PREFIX}{name}".upper()


def _read(path: Path, name: str) -> str:
    """What a file of one secret holds, without the white space around it."""
    setting = spelled(name + FILE)
    try:
        held = path.read_bytes()
    except OSError as fault:
        raise SettingRefused(f"{setting}: {path} cannot be read: {fault.strerror}.") from None
    try:
        secret = held.decode("utf-8").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(held) > LONGEST_SECRET:
        raise SettingRefused(f"{setting}: {path} must hold the secret and nothing else.")
    return secret


def _refuse_misspelt(given: Mapping[str, str | None], known: set[str]) -> None:
    for name in sorted(given):
        if not name.startswith(PREFIX) or name.startswith(OF_THE_TESTS) or name in known:
            continue
        near = difflib.get_close_matches(name[len(PREFIX) :], [k[len(PREFIX) :] for k in known], 1)
        meant = (
            f"did you mean {spelled(near[0])}?" if near else ".env.example lists what there is."
        )
        raise SettingRefused(f"There is no setting {name.upper()}: {meant}")
