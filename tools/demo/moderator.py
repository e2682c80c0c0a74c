"""Decides, as an operator, what waits because it looks like an earlier run's picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cli.outcome import Outcome, Result
from cli.stage import act_for, local_environment
from localcloud.home import Home
from lumenstock.catalog.decision import Actor
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.kernel.ids import ImageId

_ME = Actor("demo", "operator")
_NOTE = "Drawn anew: the same thing in other colours."


def looks_like_another(result: Result) -> bool:
    """Whether a picture waits for a moderator for no other reason than its likeness."""
    codes = {reason.code for reason in result.reasons}
    return result.outcome is Outcome.PENDING_REVIEW and codes == {ReasonCode.NEAR_DUPLICATE_OF_ANOTHER}


def approve_look_alikes(home: Home, results: Sequence[Result]) -> list[Result]:
    """Approve those pictures; the others stay as they are.

    Two lamps that the generator drew may have the same outline, which real photos do not.

    Returns:
        All results, in their order.
    """
    act_for(local_environment(home))
    return [_approved(result) if looks_like_another(result) else result for result in results]


def _approved(result: Result) -> Result:
    from lumenstock import use_cases

    use_cases.moderation().approve(ImageId(result.image_id or ""), None, _ME, _NOTE)
    return replace(result, outcome=Outcome.APPROVED, reasons=())
