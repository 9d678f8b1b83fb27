"""Requests and answers about pilots' runs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_TEXT = {"en": "A trial", "fi": "Koe"}
_EXAMPLE: dict[str, Any] = {
    "format": 1,
    "pilot": "showroom",
    "number": None,
    "area": "digital_services",
    "sector": _TEXT,
    "title": _TEXT,
    "summary": _TEXT,
    "story": _TEXT,
    "learn": _TEXT,
    "run": "run_0123456789abcdef",
    "language": "en",
    "began": "2026-11-22T10:00:00Z",
    "ended": "2026-11-22T10:00:09Z",
    "seconds": 9.0,
    "chain_id": 31337,
    "genesis_hash": "0x" + "00" * 32,
    "first_block": 10,
    "last_block": 28,
    "actors": [],
    "steps": [
        {"name": "trial", "title": _TEXT, "after": _TEXT, "roles": ["customer"], "state": "done"}
    ],
    "transactions": [],
    "claims": [],
    "criteria": [],
    "measures": {},
    "costs": {
        "gas_per_unit": 0.0,
        "volume": {"unit": _TEXT, "units_in_run": 1, "units_per_year": 1, "customers": 1},
        "run": [],
        "unit": [],
        "year": [],
        "customer_year": [],
        "prices": {
            "networks": [
                {
                    "name": "Ethereum",
                    "coin": "ETH",
                    "gas_price_gwei": {
                        "low": 1.0, "typical": 2.0, "high": 20.0,
                        "date": "2026-11-22", "source": _TEXT,
                    },
                    "coin_euros": {"rate": 2800.0, "date": "2026-11-22", "source": _TEXT},
                }
            ]
        },
    },
    "money": {
        "minted_raw": 0, "burned_raw": 0, "players_raw": {}, "contracts_raw": {},
        "elsewhere_raw": {}, "agrees": True,
    },
    "risks": [],
    "questions": [],
    "readiness_level": 4,
    "readiness_why": _TEXT,
}  # fmt: skip


class PilotRunCreate(BaseModel):
    """A pilot's run, evaluated."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"evaluation": _EXAMPLE}]}
    )

    evaluation: dict[str, Any] = Field(
        description="As `pocplatform pilot run NAME --json` prints it."
    )


class PilotRunSummary(BaseModel):
    """A pilot's run, and where its report is."""

    object: Literal["pilot_run"] = "pilot_run"
    id: str
    run: str = Field(description="The run's own id.")
    pilot: str
    area: str
    ok: bool = Field(description="Whether all steps, claims and criteria are as they should be.")
    transactions: int
    hash: str = Field(description="SHA-256 of the evaluation, in JSON with sorted keys.")
    report: str = Field(description="Path of the report for people.")
    ended: str
    created: str


class PilotRunRead(PilotRunSummary):
    """A pilot's run with all that was found."""

    evaluation: dict[str, Any]
