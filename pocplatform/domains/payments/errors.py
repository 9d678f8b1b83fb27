"""Errors of payments.

PlatformError
└── EtherNotGiven   409  the network is not the sandbox's own
"""

from pocplatform.kit.errors import Conflict


class EtherNotGiven(Conflict):
    """The ether of an outside network belongs to somebody."""

    code = "ether_not_given"
    title = "There is no test ether on this network"
