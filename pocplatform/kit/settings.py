"""All settings of the platform, in one typed place, from ``POC_…`` environment variables."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, AnyWebsocketUrl, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pocplatform.kit.errors import UnsafeSettings

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent
"""The checkout: contracts, npm parts and the default data folder lie here."""

DEVNET_CHAIN_ID = 31337
"""The chain id that local development networks use by custom."""


RateLimit = Annotated[
    str,
    Field(pattern=r"^\d{1,9}/(second|minute|hour|day)(;\d{1,9}/(second|minute|hour|day))*$"),
]
"""So many requests in a time, several with semicolons between."""


class Settings(BaseSettings):
    """Settings; every field is read from ``POC_`` + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="POC_", extra="ignore")

    data_dir: Path = PROJECT_ROOT / ".pocplatform"
    """Database, manifest, logs, keys and caches."""
    host: str = "127.0.0.1"
    """Address the gateway listens on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port of the gateway; 0 takes a free one."""
    public_url: AnyHttpUrl | None = None
    """The address people reach the gateway by, where it differs from host and port."""
    database_url: str | None = None
    """SQLAlchemy URL; without it, SQLite in the data folder."""

    rpc_url: AnyHttpUrl | None = None
    """An outside Ethereum node; without it, the platform runs its own devnet."""
    rpc_ws_url: AnyWebsocketUrl | None = None
    """Where that node tells of new blocks (ws:// or wss://); without it, ``rpc_url`` is tried."""
    rpc_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    """Seconds to wait for an answer of the node."""
    chain_id: int = DEVNET_CHAIN_ID
    """Chain id of the devnet; with ``rpc_url``, the id that the node must have."""
    anvil: Path | None = None
    """The anvil binary, where it is not the npm package's."""
    devnet_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port of the devnet; 0 takes a free one."""
    devnet_memory_mb: Annotated[int, Field(ge=512)] = 8000
    """Address-space limit of the devnet in MiB."""
    confirmations: Annotated[int, Field(ge=0, le=1000)] = 0
    """Blocks on top of a transaction's block before it counts as confirmed."""

    max_fee_gwei: Annotated[float, Field(gt=0, le=1_000_000)] = 500.0
    """The most to offer for a unit of gas on a network with fees, in gwei."""
    raise_fee_after_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds after which a transaction that is not mined is sent again with a higher fee."""

    gas_policy: Literal["free", "sponsored"] | None = None
    """Who pays for the gas of custodial wallets: themselves or nobody (free), or the operator's
    account (sponsored); without it, the operator's on an outside node whose gas costs something."""
    gas_daily_ether: Annotated[float, Field(gt=0)] = 0.05
    """What a sponsored wallet gets for gas in a day at most."""
    gas_tank_low_ether: Annotated[float, Field(ge=0)] = 0.1
    """Below this balance of the operator's account there is an alarm where gas is sponsored."""

    cors_origins: list[Annotated[str, Field(pattern=r"^(\*|https?://[^/?#\s]+)$")]] = []
    """Addresses of web pages that may use the API from a browser, and sign people in there."""

    rate_limit_key: RateLimit | None = "5000/second"
    """Requests of one key, such as ``100/second;2000/minute``."""
    rate_limit_tenant: RateLimit | None = "10000/second"
    """Requests of all keys of an organization."""
    rate_limit_anonymous: RateLimit | None = "500/second"
    """Requests of one network address without a key, such as signing up."""
    faucet_daily: Annotated[int, Field(ge=0)] = 100_000_000
    """Euro cents of test money that an organization may ask for in a day (UTC)."""
    faucet_daily_ether: Annotated[float, Field(ge=0, le=1_000_000)] = 10.0
    """Test ether that an organization may ask for in a day (UTC), on the sandbox's own devnet."""
    storage_mb: Annotated[int, Field(ge=1)] = 1_000
    """Megabytes of documents and the like that an organization may store."""
    compilations_mb: Annotated[int, Field(ge=1)] = 200
    """Megabytes of compilations that an organization may have stored."""

    devnets_at_once: Annotated[int, Field(ge=0)] = 4
    """Devnets of teams that run at a time; another one that is used takes the place of the one
    that has not been used for the longest time. With 0 there are none."""
    devnets_at_once_per_organization: Annotated[int, Field(ge=1)] = 2
    """Devnets of one organization that run at a time."""
    devnets_per_organization: Annotated[int, Field(ge=0)] = 10
    """Devnets that an organization may have, running or not."""
    devnets_memory_mb: Annotated[int, Field(ge=512)] = 2_000
    """Address-space limit of a team's devnet in MiB."""
    devnets_idle_s: Annotated[float, Field(gt=0)] = 900.0
    """Seconds without a request after which a team's devnet is saved and stopped."""
    devnets_save_s: Annotated[float, Field(gt=0)] = 15.0
    """Seconds after a change within which a team's devnet is saved."""
    devnets_request_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    """Seconds that a request to a team's devnet may take; one that takes longer is ended."""

    request_log: Annotated[int, Field(ge=0, le=1_000_000)] = 10_000
    """Requests of an organization that its request log keeps, without their bodies; 0 keeps none.
    None is kept for more than a week."""

    max_queued: Annotated[int, Field(ge=1)] = 10_000
    """Writes that may wait at a time; further ones are answered with 429."""

    stream_heartbeat_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds after which a silent event stream sends a comment, to keep its connection."""
    webhook_retries_s: tuple[Annotated[float, Field(gt=0, le=604_800)], ...] = (
        5, 30, 120, 600, 3600, 21_600, 86_400,
    )  # fmt: skip
    """Seconds to wait before each further attempt to deliver a webhook."""
    webhook_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Seconds that the receiver of a webhook has to answer."""
    webhook_private: bool = False
    """Whether webhooks may go to private addresses, such as one's own machine."""

    time_travel: bool = False
    """Whether the organisers may put the clock forward; for sandboxes that are thrown away."""

    operator_key: SecretStr | None = None
    """Private key (hex) of the account that deploys and administers the contracts."""
    master_key: SecretStr | None = None
    """Key (32 bytes in hex) that encrypts custodial keys; without it, a file of mode 0600."""
    master_key_previous: SecretStr | None = None
    """A further master key that stored keys may still be encrypted with; for changing it."""
    sign_up_code: SecretStr | None = None
    """What whoever signs up must know; without it, everybody may."""
    admin_key: SecretStr | None = None
    """Secret API key of the organisers; without it, one is made in a file of mode 0600."""

    @model_validator(mode="after")
    def _refuse_unsafe_values(self) -> Self:
        if self.rpc_url is not None and self.operator_key is None:
            raise UnsafeSettings(
                "POC_RPC_URL points to an outside node, but POC_OPERATOR_KEY is not set: the "
                "devnet's well-known key must not be used there.",
                next_step="Set POC_OPERATOR_KEY to the private key of an account of that network.",
            )
        return self

    @property
    def managed_devnet(self) -> bool:
        """Whether the platform runs its own chain."""
        return self.rpc_url is None

    @property
    def wanted_sign_up_code(self) -> str | None:
        """What whoever signs up must know, if anything."""
        return None if self.sign_up_code is None else self.sign_up_code.get_secret_value()

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'platform.db'}"

    @property
    def base_url(self) -> str:
        """The address that answers name themselves by, without a trailing slash."""
        if self.public_url is not None:
            return str(self.public_url).rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
