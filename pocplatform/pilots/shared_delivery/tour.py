"""The tour: who sends what to whom, when it was promised and when it came. Made up."""

from dataclasses import dataclass

from pocplatform.pilots.shared_delivery import texts
from pocplatform.pilots.story import Text

PER_HOUR_BPS, MOST_BPS = 400, 2_000
"""4 % of the freight for each begun hour of lateness, at most 20 %."""
ALONE_KM, SHARED_KM = 2 * 2 * 212, 2 * 212 + 18
"""Two lorries there and back, beside one that takes a turn of 18 km to the second drop."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A stop of the tour. Times are minutes from midnight, the freight is in cents."""

    number: int
    shipper: str
    receiver: str
    place: Text
    goods: Text
    freight: int
    promised: int
    stated: int
    arrived: int

    @property
    def hours_late(self) -> int:
        """Begun hours of lateness."""
        return max(0, -(-(self.arrived - self.promised) // 60))

    @property
    def penalty(self) -> int:
        """What lateness takes off, in cents."""
        return self.freight * min(self.hours_late * PER_HOUR_BPS, MOST_BPS) // 10_000


WINDOWS = Drop(
    number=1,
    shipper="windows",
    receiver="site",
    place=texts.SITE,
    goods=texts.WINDOWS,
    freight=36_000,
    promised=10 * 60,
    stated=9 * 60 + 40,
    arrived=9 * 60 + 40,
)
FURNITURE = Drop(
    number=2,
    shipper="furniture",
    receiver="hotel",
    place=texts.HOTEL,
    goods=texts.FURNITURE,
    freight=48_000,
    promised=13 * 60,
    stated=12 * 60 + 55,
    arrived=15 * 60 + 20,
)
DROPS = (WINDOWS, FURNITURE)


def clock(minute: int, language: str) -> str:
    """A time of day: 15.20 in Finnish, 15:20 in English."""
    return f"{minute // 60}{'.' if language == 'fi' else ':'}{minute % 60:02d}"
