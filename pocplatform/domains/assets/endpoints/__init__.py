"""Items, their vouchers and holdings over HTTP."""

from pocplatform.domains.assets.endpoints import items, vouchers

ROUTERS = [items.router, vouchers.router]
