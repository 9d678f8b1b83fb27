"""Errors of the network.

Forbidden
└── TimeTravelOff            403  the clock of this sandbox is that of the world
"""

from pocplatform.kit.errors import Forbidden


class TimeTravelOff(Forbidden):
    """The clock cannot be put forward here."""

    code = "time_travel_off"
    title = "The clock of this sandbox cannot be put forward"
