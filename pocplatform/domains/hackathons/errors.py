"""Errors of hackathons and workshops.

PlatformError
├── InvalidInput
│   └── TeamsFileInvalid   422  lines of a file that are no teams
├── NotFound
│   └── JoinCodeUnknown    404  a code of no event and no team
├── Forbidden
│   └── HackathonFull      403  as many teams, or members of a team, as there may be
└── Conflict
    ├── HackathonOver      409  the event has ended
    ├── HackathonFrozen    409  nobody joins while the event is frozen
    ├── JoinCodeTaken      409  another event has this code
    ├── TeamNameTaken      409  the event has a team of that name
    └── TeamsHaveKeys      409  there is no team without keys
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pocplatform.kit.errors import Conflict, Forbidden, InvalidInput, NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE, Phrase


class LineProblem(NamedTuple):
    """A line of a file that is no team.

    Attributes:
        line: Its number, from 1.
        problem: What is wrong with it.
    """

    line: int
    problem: Phrase


class TeamsFileInvalid(InvalidInput):
    """A file of teams of which nothing was taken, since some of its lines are no teams.

    Args:
        problems: The lines; the first is the one that the sentence tells.
    """

    code = "teams_file_invalid"
    title = "The file of teams cannot be used"

    def __init__(self, problems: Sequence[LineProblem], *, param: str = "csv") -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(
            "Line {line}: {problem}" if first.line else "{problem}",
            next_step="Mend the file and send it again; nothing of it was taken.",
            param=param,
            line=first.line,
            problem=first.problem,
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Every such line, with what is wrong with it."""
        lines = [{"line": line, "problem": said.render(language)} for line, said in self.problems]
        return {"lines": lines}


class JoinCodeUnknown(NotFound):
    """A code of no event and of no team."""

    code = "join_code_unknown"
    title = "No event has this code"


class HackathonFull(Forbidden):
    """An event has as many teams, or a team as many members, as it may."""

    code = "hackathon_full"
    title = "There is no room"


class HackathonOver(Conflict):
    """An event that has ended."""

    code = "hackathon_over"
    title = "The event is over"


class HackathonFrozen(Conflict):
    """An event in which nobody may join or write for now."""

    code = "hackathon_frozen"
    title = "The event is paused"


class JoinCodeTaken(Conflict):
    """Another event has this code."""

    code = "join_code_taken"
    title = "The code is taken"


class TeamNameTaken(Conflict):
    """The event has a team of that name."""

    code = "team_name_taken"
    title = "There is a team of this name"


class TeamsHaveKeys(Conflict):
    """Every team that was asked for has its keys, which are shown only once."""

    code = "teams_have_keys"
    title = "The keys were given out"
