"""Errors of assessments."""

from pocplatform.kit.errors import InvalidInput


class SubjectUnknown(InvalidInput):
    """An assessment of something that is neither the programme, a pilot nor an event."""

    code = "subject_unknown"
    title = "There is nothing of that name to assess"
