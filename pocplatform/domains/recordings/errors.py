"""Errors of recordings.

Conflict
├── TooManyRecordings        409  the tenant has as many as it may
├── RecordingOver            409  it has ended, so nobody joins it any more
└── RecordingEmpty           409  there is nothing in it to export
"""

from pocplatform.kit.errors import Conflict


class TooManyRecordings(Conflict):
    """The tenant has as many recordings as it may, or as many at a time."""

    code = "too_many_recordings"
    title = "There are as many recordings as may be"


class RecordingOver(Conflict):
    """A recording that has ended."""

    code = "recording_over"
    title = "The recording has ended"


class RecordingEmpty(Conflict):
    """A recording without a step."""

    code = "recording_empty"
    title = "The recording is empty"
