"""Whether a failed call may be tried again."""

import pytest

from naftiko_runtime.exposers.advice import Advice, Repetition, advise
from naftiko_runtime.plan.errors import AddressRefused, CallError, TooMany, UpstreamDown, UpstreamUnreachable

SAFE, ONE, SEVERAL = Repetition(True, True), Repetition(False, True), Repetition(False, False)
WAIT = (("retry-after", "7"),)
NOT_SENT = "nothing was sent: a retry may help"
EARLIER = "earlier steps may have been carried out: check before repeating them"


@pytest.mark.parametrize(
    ("error", "repetition", "advice"),
    [
        (UpstreamDown("down", headers=WAIT), SAFE, Advice(NOT_SENT, True, 7)),
        (UpstreamDown("down", headers=WAIT), ONE, Advice(NOT_SENT, True, 7)),
        (UpstreamDown("down", headers=WAIT), SEVERAL, Advice(EARLIER)),
        (UpstreamUnreachable("refused", was_sent=False), ONE, Advice(NOT_SENT, True)),
        (UpstreamUnreachable("refused", was_sent=False), SEVERAL, Advice(EARLIER)),
        (UpstreamUnreachable("untrusted", was_sent=False, is_lasting=True), SAFE, Advice()),
        (AddressRefused("inside", detail=""), SAFE, Advice()),
        (TooMany("often", headers=WAIT), ONE, Advice("retry after 7 s", True, 7)),
        (CallError("whatever"), SAFE, Advice()),
    ],
)
def test_what_never_left_may_be_repeated_unless_other_steps_did(
    error: CallError, repetition: Repetition, advice: Advice
) -> None:
    assert advise(error, repetition) == advice
