"""Errors of pilots' runs."""

from pocplatform.kit.errors import InvalidInput


class EvaluationInvalid(InvalidInput):
    """What was sent is not an evaluation of a pilot's run."""

    code = "evaluation_invalid"
    title = "The evaluation of a pilot cannot be read"
