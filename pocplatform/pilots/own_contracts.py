"""What pilots say of contracts that they have written themselves."""

from pocplatform.client.contracts import Verification
from pocplatform.pilots.story import Text


def compared(verification: Verification) -> Text:
    """How the code on the chain fits the source."""
    if verification.match == "exact_match":
        return Text("the same to the byte", "täsmää tavulleen")
    return Text("the same but for comments", "täsmää kommentteja lukuun ottamatta")
