"""What addresses are called: people know companies by their names."""

import asyncio
from collections.abc import Iterable

from pocplatform.client import Problem
from pocplatform.client.models import Agreement
from pocplatform.kit.did import did_of
from pocplatform.kit.i18n import Phrase
from pocplatform.web.acting import Acting
from pocplatform.web.desk.acts import first
from pocplatform.web.shown import short_hash

_OWN = Phrase("your company")
_ASKED = 12
"""Public profiles that are looked up for a page."""
_LOOKED_THROUGH = 50
"""Agreements whose parties' names are taken, the newest."""


class Names:
    """Names of addresses: the browser's companies, parties of agreements, public profiles.

    Args:
        acting: Whom the page acts for.
        chain_id: The chain's id.
    """

    def __init__(self, acting: Acting, chain_id: int) -> None:
        self._acting = acting
        self._chain_id = chain_id
        self._known = {one.address: one.name for one in acting.every}

    def _learn(self, agreements: Iterable[Agreement]) -> None:
        """Take the names that documents give their parties."""
        for agreement in agreements:
            for party in agreement.parties:
                if party.address and party.name:
                    self._known.setdefault(party.address, party.name)

    async def ask(self, addresses: Iterable[str | None]) -> None:
        """Look for those that are not known yet, in agreements and in public profiles."""
        unknown = {one for one in addresses if one} - self._known.keys()
        unknown.discard(self._acting.organization.address)
        if not unknown:
            return
        sandbox = self._acting.sandbox()
        self._learn(await first(sandbox.agreements.list(), _LOOKED_THROUGH))

        async def look_up(address: str) -> None:
            try:
                profile = await sandbox.profiles.get(did_of(self._chain_id, address))
            except Problem:
                return
            self._known[address] = profile.name

        await asyncio.gather(*map(look_up, sorted(unknown - self._known.keys())[:_ASKED]))

    def __call__(self, address: str | None) -> str:
        """The name of an address; its ends, where no name is known."""
        if address is None:
            return "–"
        if address == self._acting.organization.address:
            return _OWN.render(self._acting.page.language)
        return self._known.get(address) or short_hash(address)
