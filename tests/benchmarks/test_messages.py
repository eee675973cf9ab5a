"""The comparison through a SIGKILL: its judge counts right, and a round runs to its end."""

import sys
from datetime import date

import pytest

from benchmarks.messages import ptb
from benchmarks.messages.judge import Counted, Written, answered, count, named, words
from benchmarks.messages.ours import Ours, OursPolling
from benchmarks.messages.rounds import Size, one_round
from benchmarks.messages.table import section
from benchmarks.messages.work import work
from benchmarks.page_parts import kept, put
from onestep.content.conduct import quote_breach

SAM, LEE = 1, 2
WRITTEN = [Written(SAM, 1), Written(LEE, 2), Written(SAM, 3), Written(LEE, 4), Written(SAM, 5)]
SMALL = Size(messages=12, chats=3, per_second=30)


def ledger(*answers):
    """The ledger of these answers, each to some numbers."""
    return [{"text": " ".join(f"“{words(n)}”. How?" for n in numbers)} for numbers in answers]


def test_each_message_can_be_told_from_the_others():
    """Its number is found again in an answer that gives its words back; a word like it is none."""
    assert [named(words(number)) for number in range(200)] == [[n] for n in range(200)]
    assert named("quite a quiet bad q, qbad") == [103]
    assert answered(ledger([1, 2], [3])) == [1, 2, 3]


def test_onestep_may_give_the_words_back():
    """No number's words are of a kind that conduct rule 4 keeps from being quoted."""
    assert [n for n in range(200) if quote_breach(words(n))] == []


def test_a_fault_of_no_kind_counts_as_none():
    """All answered once and in each chat's order, some together: nothing to count."""
    assert count(WRITTEN, ledger([2], [1, 3], [4], [5])) == Counted(messages=5)


def test_a_message_without_an_answer_is_lost():
    """However many others were answered; an answer without anybody's words answers nothing."""
    assert count(WRITTEN, [*ledger([1], [2], [3], [5]), {"text": "Hello."}]).lost == 1
    assert count(WRITTEN, []) == Counted(messages=5, lost=5)


def test_what_is_shown_to_a_person_is_not_lost():
    """Only where it was really not answered; what was answered all the same is no fault."""
    found = count(WRITTEN, ledger([1], [2], [3]), {3, 4})
    assert (found.lost, found.shown, found.messages) == (1, 1, 5)


def test_a_second_answer_is_a_double():
    """Whether it came by itself or with another; three answers are still one message doubled."""
    found = count(WRITTEN, ledger([1], [2], [1, 3], [1], [4], [5]))
    assert found == Counted(messages=5, doubled=1)


def test_an_overtaken_message_is_out_of_order():
    """Within a chat alone: what other chats do in between means nothing."""
    assert count(WRITTEN, ledger([4], [2], [1], [3], [5])).out_of_order == 1
    assert count(WRITTEN, ledger([5], [3], [1], [2], [4])).out_of_order == 2
    assert count(WRITTEN, ledger([1], [4], [3], [5])).out_of_order == 0


def test_the_table_tells_each_service():
    """A line for each, with the sums of its rounds."""
    one = Counted(messages=100, lost=3, doubled=1)
    text = section(
        {"A service": one + one},
        on=date(2026, 1, 2),
        rounds=2,
        size=Size(),
        minutes=1.0,
        load=(0.1, 0.2),
    )
    assert "| A service | 200 | 6 | 0 | 2 | 0 |" in text


def test_the_parts_of_the_page_outlive_the_rest(tmp_path):
    """A part is put into its old place; what is written anew above keeps all parts below."""
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nold\n", "utf-8")
    put(page, "one", "first")
    put(page, "two", "second")
    put(page, "one", r"first again \1")
    text = page.read_text("utf-8")
    assert text.count("begin -->") == 2
    assert text.index("first again \\1") < text.index("second")
    page.write_text("# New\n" + kept(text), "utf-8")
    put(page, "two", "third")
    assert page.read_text("utf-8").startswith("# New\n\n<!-- one: begin -->\n\nfirst again")
    assert "second" not in page.read_text("utf-8")
    assert kept("# Page\n") == ""


def test_the_same_work_keeps_a_row_and_answers(tmp_path):
    """The answer gives the words back, and is on disk before."""
    assert work(str(tmp_path / "db"), "1", words(7)) == f"You wrote: {words(7)}"


@pytest.fixture
def no_environment(monkeypatch):
    """Nothing is installed: the application has the library too."""
    monkeypatch.setattr(ptb, "environment", lambda: sys.executable)


@pytest.mark.slow
@pytest.mark.usefixtures("no_environment")
def test_without_a_kill_nothing_is_lost():
    """A whole round over another's library: each message answered once, in order."""
    assert one_round(ptb.Ptb, 1, SMALL, kill=False) == Counted(messages=12)


@pytest.mark.slow
@pytest.mark.usefixtures("no_environment")
@pytest.mark.timeout(600)
def test_a_killed_service_is_started_again(monkeypatch):
    """After the kill it answers what is written then: at most what waited is lost."""
    monkeypatch.setattr("benchmarks.messages.rounds.QUIET", 6.0)
    found = one_round(ptb.Ptb, 1, SMALL)
    assert found.messages == 12
    assert found.lost < 12


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("side", [Ours, OursPolling])
def test_a_kill_costs_us_nothing(side, long):
    """What a client wrote is answered once and in order; at worst a person is shown it."""
    if not long:
        pytest.skip("starts the whole service four times: with ONESTEP_TEST_LONG=1")
    found = one_round(side, 3, Size(messages=40, chats=8, per_second=10))
    assert (found.lost, found.doubled, found.out_of_order) == (0, 0, 0)
    assert found.shown <= 8
