"""A service's content is used whole or not at all, and every fault names its line."""

import os
from pathlib import Path

import pytest

from onestep.content import (
    Content,
    ContentFaults,
    UnknownLanguage,
    available_languages,
    load,
    reload,
    require_language,
)
from onestep.content.catalogue import STAGES, required

pytestmark = pytest.mark.slow

AREAS = {
    "looking_after_myself",
    "confidence_and_skills",
    "involvement_and_decisions",
    "respect",
    "fair_treatment",
}

# file, what stands there, what is put in its place, what the fault says
FAULTS = [
    ("check_in.yml", "How did you do that?", "How did {coahc} do that?", "unknown value {coahc}"),
    ("check_in.yml", "How did you do that?", "How did {coahc} do that?", "perhaps {coach}"),
    ("check_in.yml", "How did you do that?", "How did {person} do that?", "{person} is not known"),
    ("check_in.yml", "How did you do that?", "How did {you do that?", "a bracket"),
    ("check_in.yml", "How did you do that?", "How did you do that", "does not end with"),
    ("check_in.yml", "How did you do that?", "Why did you do that?", "conduct 2"),
    ("check_in.yml", "How did you do that?", "How was it? And who saw?", "conduct 3"),
    ("check_in.yml", "How did you do that?", "Well done. How was that?", "conduct 7"),
    ("check_in.yml", "How did you do that?", "How did you manage it?", "there twice"),
    ("check_in.yml", "How did you do that?", "How did you do " + "that " * 70 + "?", "long with"),
    ("check_in.yml", "How did you do that?", "How did you do that 💪?", "no letter for"),
    (
        "check_in.yml",
        "too_much: Too much",
        "too_big: Too much",
        "no label for the choice too_much",
    ),
    ("check_in.yml", "too_much: Too much", "too_much: Stop", "phone companies act on"),
    ("check_in.yml", "too_much: Too much", "too_much: " + "Too much " * 6, "over 46 letters"),
    (
        "check_in.yml",
        "too_much: Too much",
        'too_much: "Too much for {person}"',
        "not always known",
    ),
    ("check_in.yml", "Hi. How have you been getting on?", "Hi from {coach}.", "names somebody"),
    ("check_in.yml", "Hi. How have you been getting on?", "Hi. How is coaching?", "conduct 15"),
    ("check_in.yml", "ask_how:", "ask_howw:", "ask_how has no wording (ask_howw at"),
    ("check_in.yml", "ask_how_again:", "ask_how:", "ask_how is there twice"),
    (
        "check_in.yml",
        "without: {person: ask_who}",
        "without: {person: ask_whom}",
        "cannot be said",
    ),
    ("check_in.yml", "with_quote:\n", "with_area:\n", "never said with area"),
    ("check_in.yml", "with_quote:\n", "wihtout:\n", "unknown part wihtout"),
    ("check_in.yml", "ask_keep:\n  wordings:", "ask_keep:\n  wordings: [", "is not YAML"),
    ("check_in.yml", "ask_keep:\n  wordings:", "ask_keep:\n  sms:", "has no wordings"),
    (
        "closes.yml",
        "  - No bother. Another day.\n    - OK, not today then.\n",
        "",
        "1 of at least 3",
    ),
    ("closes.yml", "No bother. Another day.", "No bother. Which day?", "conduct 15"),
    ("detours.yml", "Hello again.", "Hello again, {numbers}.", "{numbers} is not known"),
    ("concern.yml", "numbers_from: suicide", "numbers_from: nobody", "no list nobody"),
    ("concern.yml", "{promise} If you’re badly hurt", "If you’re badly hurt", "conduct 14"),
    (
        "first_contact.yml",
        "I’m Onestep, a computer program, not",
        "I’m Onestep, not",
        "conduct 14",
    ),
    ("areas.yml", "key: respect", "key: Respect!", "not small letters"),
    ("areas.yml", "key: respect", "key: fair_treatment", "is there twice"),
    ("areas.yml", "key: respect", "key: " + "respect" * 5, "over 28 letters: no button"),
    ("areas.yml", "learning: I’m getting easier", "learnign: I’m getting easier", "learnign"),
    (
        "routes.yml",
        "suicide: [emergency, samaritans",
        "suicide: [emergency, shelter_cymru",
        "verified",
    ),
    ("routes.yml", "last_checked: 2026-11-22", "last_checked: November", "not a date"),
    ("routes.yml", "stale_after_days: 90", "stale_after_days: soon", "not a number"),
    ("service.yml", "nation: england", "nation: atlantis", "not one of"),
    ("service.yml", "nation: england", "", "does not say its nation"),
    ("language.yml", "sms_letters: gsm7", "sms_letters: latin1", "not one of"),
    ("language.yml", "last_of_list: or", "last_of_list: [or]", "is not a text"),
    ("telegram.yml", "  stop: No more", "  stopp: No more", "a line for each of"),
    ("telegram.yml", "Writes for {service}", "Writes for {coach}", "names coach"),
    ("telegram.yml", "What you wrote", "What you wrote" * 9, "longer than 60"),
    ("telegram.yml", "pause: Have a break", "pause: Great, a break!", "conduct"),
    ("telegram.yml", "short_description:", "shorter:", "unknown part shorter"),
]


@pytest.mark.parametrize(("file", "there", "instead", "says"), FAULTS)
def test_fault_is_told_with_its_file_line_and_reason(
    folder: Path, file: str, there: str, instead: str, says: str
) -> None:
    """A broken content file is refused, and the fault names the file, the line and the reason."""
    path = folder / "en" / file
    text = path.read_text("utf-8")
    assert there in text
    path.write_text(text.replace(there, instead, 1), "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load(folder)
    told = [fault for fault in caught.value.faults if says in str(fault)]
    assert told, str(caught.value)
    assert told[0].file.startswith("content/en")


def test_fault_names_the_very_line(folder: Path) -> None:
    """A misspelt value is reported as file:line: reason, with the line it stands on."""
    path = folder / "en" / "check_in.yml"
    path.write_text(path.read_text("utf-8").replace("?\n", ", {coahc}?\n", 1), "utf-8")
    line = next(
        n for n, row in enumerate(path.read_text("utf-8").splitlines(), 1) if "{coahc}" in row
    )
    with pytest.raises(ContentFaults, match=rf"content/en/check_in\.yml:{line}: unknown value"):
        load(folder)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"- a list\n", "is not a list of names"),
        (b"a: &x [1]\nb: *x\n", "references"),
        (b"ask_new:\n  - x\n", "is not a list of names"),
        (b"[" * 1000, "is not YAML"),
        (b"#" * 1_100_000, "over 1 MB"),
    ],
)
def test_strange_file_is_one_fault_and_no_crash(folder: Path, raw: bytes, says: str) -> None:
    """Whatever bytes a content file holds, the answer is a fault that names the file."""
    (folder / "en" / "extra.yml").write_bytes(raw)
    with pytest.raises(ContentFaults, match=says) as caught:
        load(folder)
    assert all(fault.file == "content/en/extra.yml" for fault in caught.value.faults)


def test_file_that_is_not_there_is_named(folder: Path) -> None:
    """A language without one of its four fixed files is refused by that file's name."""
    (folder / "en" / "routes.yml").unlink()
    with pytest.raises(ContentFaults, match=r"content/en/routes\.yml: cannot be read"):
        load(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_file_that_may_not_be_read_is_named(folder: Path) -> None:
    """A file without permission is a fault, not a crash."""
    (folder / "en" / "closes.yml").chmod(0)
    with pytest.raises(ContentFaults, match=r"closes\.yml: cannot be read"):
        load(folder)


def test_broken_new_version_leaves_the_old_in_force(folder: Path) -> None:
    """Reloading a broken file gives the old content and the error; mending it gives the new."""
    first = load(folder)
    path = folder / "en" / "closes.yml"
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("No bother. Another day.", "Well done {you}", 1), "utf-8")
    kept, error = reload(first)
    assert kept is first
    assert isinstance(error, ContentFaults)
    path.write_text(whole.replace("No bother. Another day.", "Another day, then.", 1), "utf-8")
    new, error = reload(first)
    assert error is None
    assert "Another day, then." in [w.text for w in new.utterances["close_declined"].wordings]


def test_service_may_add_a_question_and_an_area(folder: Path) -> None:
    """A key of a service's own, and a sixth area, need content only."""
    (folder / "en" / "own.yml").write_text(
        "ask_garden:\n  wordings:\n    - How is the garden?\n", "utf-8"
    )
    path = folder / "en" / "areas.yml"
    sixth = (
        "  - key: home\n    label: Having a home\n    staff: Home\n    stages:\n"
        + "".join(f"      {stage}: A sentence about home\n" for stage in STAGES)
        + "\nstaff_stages:"
    )
    path.write_text(path.read_text("utf-8").replace("\nstaff_stages:", sixth, 1), "utf-8")
    content = load(folder)
    assert "ask_garden" in content.utterances
    assert content.area("home") is not None


def test_word_a_service_chose_is_allowed(folder: Path) -> None:
    """Conduct 12: the word stuck is refused, until the service chooses it."""
    path = folder / "en" / "closes.yml"
    path.write_text(path.read_text("utf-8").replace("Another day.", "Stuck is fine.", 1), "utf-8")
    with pytest.raises(ContentFaults, match="conduct 12"):
        load(folder)
    with (folder / "en" / "service.yml").open("a", encoding="utf-8") as service:
        service.write("client_words: [stuck]\n")
    assert load(folder)


def test_everything_the_bot_may_say_has_a_wording(content: Content) -> None:
    """Every required key is there, with the areas and stages the contract names."""
    assert content.utterances.keys() >= required().keys()
    assert {area.key for area in content.areas} == AREAS
    assert all(tuple(stage.key for stage in area.stages) == STAGES for area in content.areas)


def test_client_never_meets_the_word_stuck(content: Content) -> None:
    """The stage sentences put to clients do not hold the coaches' word."""
    sentences = [stage.client for area in content.areas for stage in area.stages]
    assert not [sentence for sentence in sentences if "stuck" in sentence.lower()]
    assert len(set(sentences)) == len(sentences)


def test_language_without_rules_and_replies_is_refused(folder: Path) -> None:
    """A language is available with its rules and all its replies, and refused otherwise."""
    (folder / "cy").mkdir()
    (folder / "cy" / "language.yml").write_text("name: Cymraeg\n", "utf-8")
    assert available_languages(folder) == ("en",)
    require_language(folder, "en")
    (folder / "en" / "check_in.yml").write_text("[", "utf-8")
    require_language(folder, "en")  # faults have a file and a line, which `load` tells
    for language in ("cy", "../en"):
        with pytest.raises(UnknownLanguage) as caught:
            require_language(folder, language)
        assert str(caught.value).count(". ") == 0


def test_unchecked_route_is_in_no_message(content: Content) -> None:
    """A route to verify is in no list, 999 begins every list, and old checks are told."""
    unverified = {route.key for route in content.routes.by_key.values() if not route.verified}
    assert unverified
    for keys in content.routes.lists.values():
        assert keys[0] == "emergency"
        assert not unverified & set(keys)
    newest = max(r.last_checked for r in content.routes.by_key.values() if r.last_checked)
    assert content.routes.stale(newest) == ()
    assert content.routes.stale(newest.replace(year=newest.year + 1))
