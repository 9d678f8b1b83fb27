"""Errors of OpenID4VP: what a wallet is told instead of an answer.

AnswerRefused is no PlatformError: wallets are answered as OAuth 2.0 has it.
"""


class AnswerRefused(Exception):
    """A wallet's answer, or its question, cannot be taken.

    Args:
        description: For developers, in English.
        status: HTTP status.
    """

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.description = description
        self.status = status
