"""Reads one written word as the plain words it stands for: text-speak, typos, leet, run-ons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_LEET = str.maketrans("0134578@$!|", "oleastbasil"[:11])
_LEET_OTHER = str.maketrans("1!|", "iii")
_NOT_LETTERS = re.compile(r"[^a-z']")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_RUN = re.compile(r"(.)\1+")
_ENDINGS = (("n't", ("not",)), ("'m", ("am",)), ("'re", ("are",)), ("'ve", ("have",)))
_MORE_ENDINGS = (("'ll", ("will",)), ("'d", ("would",)), ("'s", ()))
_LONGEST = 60  # letters of one written word that are looked at
# How long a word must be, in letters, to be:
_SQUEEZED = 3  # recognised when its letters are doubled
_TELLING = 3  # proof that a text is English
_BENDABLE = 5  # looked at for typos and missing spaces
_NEARLY = 6  # taken for a word one letter away
_RUN_ON, _RUN_ON_MOST = 7, 40  # several words without spaces
_JOINING = 4  # a short form inside such a run
_SEEN = 2  # read although some are starred out: those that show
_REMEMBERED = 20_000  # single words, in memory only


class Spelling:
    """The words the rules know, and how else people write them.

    words: every word a rule can match. shorthand: one written form → the words it stands for.
    common: everyday words, never bent into something else. close: long words that one typo may
    not hide. lookalikes: real words that must not be taken for one of those. loud: the words that
    a run of words without spaces is worth taking apart for.
    """

    def __init__(
        self,
        *,
        words: Iterable[str],
        shorthand: Mapping[str, str],
        common: Iterable[str],
        close: Iterable[str],
        lookalikes: Iterable[str],
        loud: Iterable[str],
    ) -> None:
        self._short = {key: tuple(value.split()) for key, value in shorthand.items()}
        self._common = frozenset(common)
        self._known = frozenset(words) | self._common
        self._lookalikes = frozenset(lookalikes)
        self._loud = frozenset(loud)
        self._close = _one_deletion_index(close)
        squeezed = [word for word in self._known | self._short.keys() if len(word) >= _SQUEEZED]
        self._squeezed = {_RUN.sub(r"\1", word): word for word in sorted(squeezed)}
        self.read = lru_cache(maxsize=_REMEMBERED)(self._read)

    def is_english(self, word: str) -> bool:
        """Say whether this is a word we know and hardly another language's."""
        known = word in self._known or word in self._short or "'" in word
        return known and (len(word) >= _TELLING or word in _ENGLISH_SHORT)

    def _read(self, written: str) -> tuple[str, ...]:
        """Give the plain words that one written word stands for; itself when it is not known."""
        bare = written.strip("'")
        if len(bare) > _LONGEST:
            bare = _LONG_RUN.sub(r"\1", bare)
        if len(bare) > _LONGEST:
            return (bare[:_LONGEST],)
        return self._exact(bare) or self._bent(bare) or (bare.replace("'", ""),)

    def _exact(self, word: str) -> tuple[str, ...] | None:
        if word in self._short:
            return self._short[word]
        if word in self._known:
            return (word,)
        if "'" not in word:
            return None
        for ending, more in (*_ENDINGS, *_MORE_ENDINGS):
            if word.endswith(ending) and len(word) > len(ending):
                return (*self._read(word[: -len(ending)]), *more)
        return self._exact(word.replace("'", ""))

    def _bent(self, word: str) -> tuple[str, ...] | None:
        """Try to see a known word behind a stretched, masked, mistyped or run-on one."""
        if word in self._lookalikes or word.isdigit():
            return None
        plain = word.replace("'", "")
        found = self._unmask(word) if _NOT_LETTERS.search(word) else self._unstretch(plain)
        if found is None and plain.isalpha() and len(plain) >= _BENDABLE:
            near = self._nearest(plain)
            found = near or self._split(plain)
        return found

    def _unstretch(self, word: str) -> tuple[str, ...] | None:
        """`diiie`, `kkill`, `soooo`: three of a letter are never meant, two only when known."""
        short = _LONG_RUN.sub(r"\1\1", word)
        found = self._exact(short) if short != word else None
        squeezed = _RUN.sub(r"\1", word)
        if found is None and squeezed != word and squeezed in self._squeezed:
            found = self._exact(self._squeezed[squeezed])
        return found

    def _unmask(self, word: str) -> tuple[str, ...] | None:
        """`k1ll`, `$uicide`, `k*ll`: only when a known word comes out."""
        for table in (_LEET_OTHER, _LEET):
            plain = word.translate(table).translate(_LEET)
            found = self._exact(plain) or self._unstretch(plain)
            if found:
                return found
        if "*" in word and len(word.replace("*", "")) >= _SEEN:
            shape = re.compile(re.escape(word).replace(r"\*", "[a-z]"))
            starred = sorted(known for known in self._close.values() if shape.fullmatch(known))
            return (starred[0],) if starred else None
        return None

    def _nearest(self, word: str) -> tuple[str, ...] | None:
        """One letter missing, added, swapped or wrong in a long word that matters."""
        if len(word) < _NEARLY and word not in self._close:
            return None
        meant = {self._close[form] for form in (word, *_deletions(word)) if form in self._close}
        near = sorted((one for one in meant if _one_slip(one, word)), key=len)
        return (near[-1],) if near else None

    def _split(self, word: str) -> tuple[str, ...] | None:
        """`wanttodie`, `killmyself`: run-on words that are wholly made of known ones.

        One of them must be loud: "however" and "deliver" are left alone.
        """
        if not _RUN_ON <= len(word) <= _RUN_ON_MOST:
            return None
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 12), end):
                head, part = best[start], word[start:end]
                if head is None or not self._can_join(part):
                    continue
                read = (*head, *(self._exact(part) or ()))
                if best[end] is None or len(read) < len(best[end] or ()):
                    best[end] = read
        found = best[len(word)]
        return found if found and len(found) > 1 and self._loud.intersection(found) else None

    def _can_join(self, part: str) -> bool:
        return part in ("i", "a") or (len(part) > 1 and part in self._known) or self._joins(part)

    def _joins(self, part: str) -> bool:
        return (len(part) >= _JOINING and part in self._short) or part in _JOINED

    def unknown(self, word: str) -> bool:
        """Say whether a written word means nothing to us, however it is bent."""
        if len(word) > _LONGEST:
            return True
        return self._exact(word) is None and self._bent(word) is None


_ENGLISH_SHORT = frozenset({"i", "to", "my", "of", "it", "is", "am", "we"})
_JOINED = frozenset({"wanna", "gonna", "dont", "cant", "im", "gotta"})


def _deletions(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _one_slip(meant: str, word: str) -> bool:
    """A slip seldom hits the first letter, and in a short word it makes another word."""
    long = len(meant) >= _NEARLY
    return long and meant[0] == word[0] and abs(len(meant) - len(word)) <= 1


def _one_deletion_index(words: Iterable[str]) -> dict[str, str]:
    """Map each word and each of its forms with a letter missing to the word."""
    whole = list(words)
    index = {form: word for word in reversed(whole) for form in _deletions(word)}
    return index | {word: word for word in whole}
