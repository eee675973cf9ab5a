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
    yes=frozenset((
        "yes", "yes please", "yes pls", "yes thanks", "yes ta", "yes it is", "yes i am", "yea",
        "yeah", "yeah please", "yeah ok", "yeah go on", "yeh", "yep", "yup", "yh", "yah", "ye",
        "ya", "y", "aye", "sure", "ok", "okay", "ok yes", "ok then", "please", "please do",
        "go on", "go on then", "go for it", "yes its me", "yeah its me", "yep its me", "its me",
        "it is me", "thats me", "yes thats me", "yeah thats me", "yep thats me", "this is me",
        "me", "its mine", "mine", "its for me", "yes its for me", "correct", "right",
    )),
    no=frozenset((
        "no", "no thanks", "no thank you", "no ta", "no sorry", "sorry no", "no its not", "nope",
        "nah", "nah ta", "nah thanks", "na", "n", "not me", "no not me", "nah not me",
        "no its not me", "its not me", "isnt me",
        "not for me", "no not for me", "its not for me", "not mine", "its not mine", "not now",
        "no not now", "nah not now", "not yet", "wrong number", "wrong person", "no wrong number",
        "sorry wrong number", "you have the wrong number", "youve got the wrong number",
        "you got the wrong number", "id rather not", "rather not", "leave it", "no leave it",
    )),
    another=frozenset((
        "someone else", "somebody else", "some1 else", "sum1 else", "sumone else", "sumone els",
        "anyone else", "anybody else", "any1 else", "emdy else", "who else", "somebody other",
        "someone other", "anyone but", "anybody but", "any1 but", "apart from", "other than",
        "rather than", "instead of", "different", "another coach", "another worker",
        "another person", "another one", "get another", "have another", "other coach",
        "other worker", "other workers", "other person", "ither coach", "ither body",
        "someone new", "somebody new", "new coach", "new worker", "a new one", "change coach",
        "change my coach",
        "change the coach", "change of coach", "can i swap", "swap coach", "swap coaches",
        "swap my coach", "colleague", "colleagues", "manager", "boss", "supervisor", "in charge",
        "who covers", "who is above", "whos above", "stranger", "doesnt know me", "complain",
        "complaint", "a woman", "a lady", "a man", "a bloke", "woman please", "man please",
        "a lassie", "female", "male",
    )),
    own_coach=frozenset(("coach", "my coach", "my worker", "her", "him", "them")),
    but=frozenset(("not", "but", "than", "except", "besides", "without", "isnt", "wasnt")),
    will_not=frozenset((
        "dont want", "do not want", "dont wanna", "dinnae want", "didnt want", "wont talk to",
        "wont speak to", "cant talk to", "cant speak to", "cant face", "not talk to",
        "not speak to", "not with", "but not", "not that", "not my", "not to talk",
        "not to speak", "dont like", "dont trust", "dont get on", "dont give me", "dont put me",
        "it wasnt", "its not", "sick of", "avoid",
    )),
    carry_on=frozenset((
        "carry on", "keep going", "keep them coming", "keep messaging", "keep texting",
        "keep sending them", "dont pause", "dont stop", "no pause", "no break", "start again",
        "start them again", "come back", "you can come back", "i want them back", "unpause",
        "forget the pause", "forget the break", "cancel the pause", "cancel the break",
        "undo that", "i dont need a break", "i dont want a break", "you can carry on",
        "lets carry on", "id like to carry on", "i want to carry on", "can we carry on",
        "can you carry on",
    )),
    before_it=frozenset(
        """
        actually no nah oh sorry please pls ok okay yes yeah wait hang on a sec second thought
        thoughts changed my mind ive then thanks ta as normal usual before again now mate
        """.split()  # noqa: SIM905 - read as prose, checked as words
    ),
)  # fmt: skip
