"""What did not reach a client of a coach's words, told to the coaches in the hand-off."""

UNSURE = "may not have arrived"
# Of a line that did not go out, by the reason its row keeps; any other has failed at its provider.
WHY = {
    "stopped": "not sent: they have asked for no more texts, or closed this chat",
    "ended": "not sent: they have finished, by their own word",
    "unreachable": "not sent: texts do not arrive there any more",
    "gone": "not sent: texts do not arrive there any more",
    "address_dead": "not sent: texts do not arrive there any more",
    "address_moved": "not sent: they have another number or account now",
    "address_cut_off": "not sent: this was a wrong number",
    "erased": "not sent: their record is erased",
    "refused": "not sent: their provider refused it",
    "unreadable": "not sent: it does not open any more",
}
# What the service had ready and took back; no coach need hear of it.
TAKEN_BACK = "taken back"


def trouble(state: str, reason: str | None, *, of_a_coach: bool = True) -> str:
    """What is wrong with a line out, in words for staff; empty where nothing is."""
    if state == "uncertain":
        return UNSURE
    if state == "cancelled" and not of_a_coach:
        return WHY.get(reason or "", TAKEN_BACK)
    if state in {"failed", "cancelled"}:
        return WHY.get(reason or "", "not sent")
    return ""
