"""What types of credentials are called for people: by the words that were laid down with them."""

import asyncio
from collections.abc import Iterable

from pocplatform.client import AsyncSandbox, NotFound


async def named(sandbox: AsyncSandbox, types: Iterable[str], language: str) -> dict[str, str]:
    """The words for types of credentials, by their names on the chain.

    A type that nobody has laid down here has no words, and is left out.
    """
    wanted = sorted(set(types))

    async def words(type_: str) -> str:
        try:
            found = await sandbox.credential_types.get(type_)
        except NotFound:
            return ""
        return found.display.get(language, {}).get("name", "")

    found = await asyncio.gather(*map(words, wanted))
    return {type_: name for type_, name in zip(wanted, found, strict=True) if name}
