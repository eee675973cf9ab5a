"""The content as it is in force: a change on disk is taken up, a broken one is not."""

import logging
import time
from pathlib import Path
from threading import Lock

from onestep.content.load import load, reload
from onestep.content.model import Content

log = logging.getLogger(__name__)

LOOKS_EACH = 1.0  # seconds between two looks at the files


class ContentInForce:
    """Gives the content of a language; safe from several threads."""

    def __init__(self, folder: Path, language: str) -> None:
        """Loads `language` at once. Raises ContentError when it cannot be used."""
        self._folder = folder
        self._lock = Lock()
        self._loaded = {language: load(folder, language)}
        self._stamps = {language: self._stamp(language)}
        self._looked = time.monotonic()

    def __call__(self, language: str) -> Content:
        """The newest whole version. Raises ContentError for a language that never loaded."""
        with self._lock:
            if language not in self._loaded:
                self._loaded[language] = load(self._folder, language)
                self._stamps[language] = self._stamp(language)
            elif time.monotonic() - self._looked > LOOKS_EACH:
                self._look()
            return self._loaded[language]

    def _look(self) -> None:
        self._looked = time.monotonic()
        for language, stamp in self._stamps.items():
            now = self._stamp(language)
            if now != stamp:
                self._stamps[language] = now
                self._take_up(language)

    def _take_up(self, language: str) -> None:
        self._loaded[language], fault = reload(self._loaded[language])
        if fault is None:
            log.info("new content for %s is in force", language)
        else:
            log.error("the old content for %s stays in force: %s", language, fault)

    def _stamp(self, language: str) -> tuple[tuple[str, int], ...]:
        files = sorted((self._folder / language).rglob("*.yml"))
        return tuple((file.name, file.stat().st_mtime_ns) for file in files)
