"""Errors of traces and simulations.

PlatformError
├── TracerBusy              429  too many traces at a time
├── InvalidInput            422
│   └── OverrideInvalid     422  a state to begin with that cannot be
└── Conflict                409
    └── NotTraceable        409  nothing has happened yet, or ever will
"""

from pocplatform.kit.errors import Conflict, InvalidInput, PlatformError


class TracerBusy(PlatformError):
    """As many traces and simulations run or wait as may."""

    code = "tracer_busy"
    status = 429
    title = "Too many traces at a time"


class OverrideInvalid(InvalidInput):
    """What a simulation is to begin with cannot be."""

    code = "override_invalid"
    title = "The simulation cannot begin like this"


class NotTraceable(Conflict):
    """The transaction has not run: it waits, or was called back."""

    code = "not_traceable"
    title = "Nothing has happened in this transaction"
