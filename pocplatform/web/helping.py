"""What people can do about a refusal, where the API speaks to programs.

The API's next steps name its own paths, and its sentences name accounts by their addresses. Pages
say both as their readers know them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pocplatform.client import Problem, SandboxError
from pocplatform.kit.i18n import Phrase
from pocplatform.outbox import explanations
from pocplatform.outbox.explanations import Named, unnamed


class Help(NamedTuple):
    """A refusal as a page tells it.

    Attributes:
        detail: What happened.
        next_step: What to do about it; empty where only programs can do something.
        place: The page where that is done, if there is one.
    """

    detail: str
    next_step: str = ""
    place: str | None = None


_MONEY = Phrase("Pay less, or get test money first."), "/desk/money"
_STEPS: Mapping[str, tuple[Phrase, str | None]] = {
    "ERC20InsufficientBalance(address,uint256,uint256)": _MONEY,
    "SpacesNoTicket(uint128,address,uint256)": (
        Phrase("Buy the ticket first, or ask its maker for one."), None,
    ),
    "SpacesNoCredential(uint128,address,bytes32)": (
        Phrase("Ask the issuer for one whom the entry rule names."), None,
    ),
    "ParcelsNotOffered(uint256)": (Phrase("Choose one that is to let."), None),
}  # fmt: skip
"""Next steps on pages, by the contract error's canonical signature."""


def help_with(error: SandboxError, language: str, named: Named = unnamed) -> Help:
    """What a page says about what the API has refused.

    Args:
        error: The API's answer.
        language: fi or en; the answer is in it already.
        named: What accounts are called there; others are told by their address.
    """
    next_step = "" if "/v1/" in error.next_step else error.next_step
    refusal = error.contract_error if isinstance(error, Problem) else None
    if refusal is None:
        return Help(error.detail, next_step)
    told = explanations.explain(refusal.model_dump(), language, named)
    known = _STEPS.get(refusal.signature)
    if known is None:
        return Help(told or error.detail, next_step)
    return Help(told, known[0].render(language), known[1])
