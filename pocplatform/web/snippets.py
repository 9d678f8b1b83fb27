"""Code to copy: the same few requests as curl, Python and TypeScript."""

from typing import NamedTuple


class Snippet(NamedTuple):
    """A piece of code.

    Attributes:
        name: For programs.
        label: As the language calls itself.
        code: What to copy.
    """

    name: str
    label: str
    code: str


def sign_up(base_url: str) -> list[Snippet]:
    """An organization with a key of its own, without this page."""
    return [
        Snippet(
            "curl",
            "curl",
            f"curl {base_url}/v1/organizations \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            '  -d \'{"name": "Pohjolan Puu Oy (testi)"}\'',
        ),
        Snippet(
            "python",
            "Python",
            "from pocplatform.client import Sandbox\n\n"
            f'with Sandbox("{base_url}") as sandbox:\n'
            '    us = sandbox.organizations.sign_up("Pohjolan Puu Oy (testi)")\n'
            "    print(us.secret_key)",
        ),
        Snippet(
            "typescript",
            "TypeScript",
            f'const answer = await fetch("{base_url}/v1/organizations", {{\n'
            '  method: "POST",\n'
            '  headers: { "Content-Type": "application/json" },\n'
            '  body: JSON.stringify({ name: "Pohjolan Puu Oy (testi)" }),\n'
            "});\n"
            "console.log((await answer.json()).secret_key);",
        ),
    ]


def first_steps(base_url: str, key: str) -> list[Snippet]:
    """Test money into one's own wallet, and the balance: a first write and a first read."""
    return [
        Snippet(
            "curl",
            "curl",
            f"export KEY={key}\n\n"
            f"curl '{base_url}/v1/faucet?wait=10' \\\n"
            '  -H "Authorization: Bearer $KEY" \\\n'
            "  -H 'Idempotency-Key: first-money' \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            "  -d '{\"amount\": 100000}'\n\n"
            f'curl {base_url}/v1/balance -H "Authorization: Bearer $KEY"',
        ),
        Snippet(
            "python",
            "Python",
            "from pocplatform.client import Sandbox\n\n"
            f'with Sandbox("{base_url}", "{key}") as sandbox:\n'
            '    sandbox.payments.faucet(100_000, idempotency_key="first-money")\n'
            "    print(sandbox.payments.balance().amount)",
        ),
        Snippet(
            "typescript",
            "TypeScript",
            f'const headers = {{\n  Authorization: "Bearer {key}",\n'
            '  "Content-Type": "application/json",\n  "Idempotency-Key": "first-money",\n};\n'
            f'await fetch("{base_url}/v1/faucet?wait=10", {{\n'
            '  method: "POST",\n  headers,\n  body: JSON.stringify({ amount: 100000 }),\n});\n'
            f'const balance = await fetch("{base_url}/v1/balance", {{ headers }});\n'
            "console.log((await balance.json()).amount);",
        ),
    ]
