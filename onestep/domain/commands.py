"""Every command of the bot once it is checked, in one union."""

from onestep.domain.commands_asked import (
    AskPerson,
    DeleteRecord,
    End,
    EndCheckIn,
    MarkSender,
    NotMe,
    Pause,
    Postpone,
    RecordConsent,
    RecordWorry,
    RequestHandOff,
    RequestSessionChange,
    Resume,
    SetTerms,
    ShowPlan,
    ShowRecord,
    StaySilent,
    Stop,
    WhoSaw,
)
from onestep.domain.commands_told import (
    AddToNoticing,
    CorrectEntry,
    NamePerson,
    RecordBestHopes,
    RecordCoping,
    RecordHard,
    RecordNoticing,
    RecordRating,
    RecordScale,
    RecordSmallStep,
    RecordStepOutcome,
    StrikeEntry,
)

TurnCommand = (
    RecordBestHopes
    | RecordNoticing
    | AddToNoticing
    | RecordCoping
    | RecordHard
    | RecordSmallStep
    | RecordStepOutcome
    | RecordRating
    | RecordScale
    | NamePerson
    | CorrectEntry
    | StrikeEntry
    | RequestHandOff
    | RecordWorry
    | AskPerson
    | RequestSessionChange
    | MarkSender
    | RecordConsent
    | Pause
    | Resume
    | Stop
    | End
    | SetTerms
    | Postpone
    | NotMe
    | ShowRecord
    | ShowPlan
    | WhoSaw
    | DeleteRecord
    | EndCheckIn
    | StaySilent
)

__all__ = [
    "AddToNoticing",
    "AskPerson",
    "CorrectEntry",
    "DeleteRecord",
    "End",
    "EndCheckIn",
    "MarkSender",
    "NamePerson",
    "NotMe",
    "Pause",
    "Postpone",
    "RecordBestHopes",
    "RecordConsent",
    "RecordCoping",
    "RecordHard",
    "RecordNoticing",
    "RecordRating",
    "RecordScale",
    "RecordSmallStep",
    "RecordStepOutcome",
    "RecordWorry",
    "RequestHandOff",
    "RequestSessionChange",
    "Resume",
    "SetTerms",
    "ShowPlan",
    "ShowRecord",
    "StaySilent",
    "Stop",
    "StrikeEntry",
    "TurnCommand",
    "WhoSaw",
]
