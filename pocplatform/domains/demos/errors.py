"""Errors of guided demos.

PlatformError
├── NotFound
│   └── NoSuchDemo     404  no such run of this visit
└── Conflict
    └── StepTooEarly   409  a step before it has not been done
"""

from pocplatform.kit.errors import Conflict, NotFound


class NoSuchDemo(NotFound):
    """No such run of this visit, or no such step of it."""

    code = "no_such_demo"


class StepTooEarly(Conflict):
    """A step whose turn has not come."""

    code = "step_too_early"
    title = "The steps before it come first"
