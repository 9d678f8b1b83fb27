"""Devnets over HTTP."""

from pocplatform.domains.devnets.endpoints.acts import router as acts
from pocplatform.domains.devnets.endpoints.devnets import router as devnets
from pocplatform.domains.devnets.endpoints.rpc import router as rpc
from pocplatform.domains.devnets.endpoints.snapshots import router as snapshots
from pocplatform.domains.devnets.endpoints.sockets import router as sockets

ROUTERS = [devnets, snapshots, acts, rpc, sockets]
