"""Hackathons and workshops over HTTP."""

from pocplatform.domains.hackathons.endpoints.events import router as events
from pocplatform.domains.hackathons.endpoints.figures import router as figures
from pocplatform.domains.hackathons.endpoints.teams import router as teams

ROUTERS = [teams, events, figures]
"""Joining first: its address would else be that of an event."""
