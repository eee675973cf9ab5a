"""The page of transcripts in docs: eleven, of the scripts that are there, and remade the same."""

import re

import pytest

from tools import transcripts

SCRIPTS = sorted(transcripts.SCRIPTS.glob("transcript_*.jsonl"))


def test_the_page_holds_the_scripts_that_are_there():
    """Each of the scripts has its part, with what it shows and every line the client wrote."""
    page = transcripts.PAGE.read_text("utf-8")
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert len(parts) == len(SCRIPTS) == 11
    for part, script in zip(parts, SCRIPTS, strict=True):
        steps = transcripts.steps_of(script)
        assert steps[0]["about"] in part, f"{script.stem}: run python -m tools.transcripts"
        said = [step["client"] for step in steps if "client" in step]
        texts = [text for one in said for text in ([one] if isinstance(one, str) else one)]
        assert re.findall(r"^\*\*Sam:\*\* ([^\[\n].*)$", part, flags=re.MULTILINE) == texts


@pytest.mark.slow
def test_the_same_ids_make_the_same_words(room):
    """A script played twice says the same twice: the page can be remade without a surprise."""
    steps = transcripts.steps_of(SCRIPTS[1])
    heard = []
    for _ in range(2):
        with room.talk(seed="twice") as talk:
            talk.rated()
            playable = [
                {k: step[k] for k in step if k not in transcripts.BESIDE} for step in steps
            ]
            heard.append([talk.step(**step).texts for step in playable])
    assert heard[0] == heard[1]
