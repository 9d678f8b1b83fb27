"""Failures of pilots themselves: what went otherwise than the story says.

    SandboxError
    ├── NotAsTold        what happened is not what the story says   (not_as_told)
    │   ├── WentThrough  something that should be refused was not   (went_through)
    │   └── NotInTime    something that was to come has not come    (not_in_time)
    ├── PricesUnusable   the table of prices is missing or wrong    (prices_unusable)
    ├── RunnerBusy       another process runs pilots                (runner_busy)
    ├── StateUnusable    what is kept of runs cannot be read or written (state_unusable)
    ├── NotRunYet        a pilot that has no evaluation yet         (not_run_yet)
    ├── NoSuchPilot      no pilot of that name                      (no_such_pilot)
    ├── PackUnreadable   what is no evidence, or cannot be checked  (pack_unreadable)
    ├── NothingToRun     it was not said which pilots are meant     (nothing_to_run)
    ├── PilotNotMade     a new pilot cannot be made                 (pilot_not_made)
    └── PilotInvalid     a pilot that cannot be played              (pilot_invalid), in loading.py

They are errors of the SDK's kind, so that pages and runner tell them as they tell the sandbox's.
"""

from pocplatform.client import ChainUnreachable, NotReady, SandboxError, StillPending, Unreachable

PASSING = (Unreachable, StillPending, NotReady, ChainUnreachable)
"""What says that the sandbox does not answer for now, and nothing about what it was asked."""


class NotAsTold(SandboxError):
    """What happened is not what the story says."""

    default_code = "not_as_told"


class WentThrough(NotAsTold):
    """Something that should have been refused was not, or was refused for another reason."""

    default_code = "went_through"


class NotInTime(NotAsTold):
    """Something that was to come with time has not come."""

    default_code = "not_in_time"


class PricesUnusable(SandboxError):
    """The table of prices on public networks is missing, or cannot be understood."""

    default_code = "prices_unusable"


class RunnerBusy(SandboxError):
    """Another process runs pilots; its state is its own."""

    default_code = "runner_busy"


class StateUnusable(SandboxError):
    """What is kept of runs cannot be read or written."""

    default_code = "state_unusable"


class NotRunYet(SandboxError):
    """A pilot of which there is no evaluation yet."""

    default_code = "not_run_yet"


class NoSuchPilot(SandboxError):
    """There is no pilot of that name, and no folder of one."""

    default_code = "no_such_pilot"


class PilotNotMade(SandboxError):
    """A new pilot cannot be made under that name, or there."""

    default_code = "pilot_not_made"


class PackUnreadable(SandboxError):
    """A file that is no evidence of a pilot, or a node that cannot say whether it is true."""

    default_code = "pack_unreadable"


class NothingToRun(SandboxError):
    """It was not said which pilots are meant."""

    default_code = "nothing_to_run"
