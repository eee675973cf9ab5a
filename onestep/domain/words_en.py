"""English: the exact words a client may send as a whole message. Plain data."""

from onestep.domain.words_table import Word, WordTable

ENGLISH = WordTable(
    exact={
        # The carriers' list: they act on these by SMS themselves.
        Word.STOP: (
            "stop", "stopall", "stop all", "unsubscribe", "revoke", "optout", "opt out",
            "opt-out", "cancel", "end", "quit",
        ),
        Word.START: ("start", "unstop"),
        Word.PAUSE: ("pause", "pause now", "pause please", "please pause"),
        Word.RESUME: ("resume", "unpause"),
        Word.COACH: ("coach", "human"),
        Word.HELP: ("help", "info"),
        Word.SKIP: ("skip",),
        Word.LATER: ("later",),
        Word.LESS: ("less",),
        Word.MORE: ("more",),
        Word.NOT_TODAY: ("not today",),
    },
    # In a chat people say these to a question.
    in_chat={"cancel": Word.ASK_STOP, "end": Word.ASK_STOP, "quit": Word.ASK_STOP},
    date_words=frozenset(
        """
        until till til untill for to the a an of on in at about around by after before only
        next this coming week weeks wk wks weekend fortnight fortnights month months mth mths
        day days hour hours hr hrs year years
        today tomorrow tomorow tmrw tmoro tomoz tonight morning afternoon evening night midday
        monday mon tuesday tues tue wednesday weds wed thursday thurs thur thu friday fri
        saturday sat sunday sun
        january jan february feb march mar april apr may june jun july jul august aug
        september sept sep october oct november nov december dec
        christmas xmas boxing new easter
        one two three four five six seven eight nine ten eleven twelve couple few bit while
        little some time first second third end start beginning middle half oclock
        """.split()  # noqa: SIM905 - read as prose, checked as words
    ),
    number_endings=("st", "nd", "rd", "th", "am", "pm", "w", "d"),
)  # fmt: skip
