"""The organisers' secret key; by itself, so that who needs only that loads no platform."""

import secrets

from pocplatform.chain.vault import read_or_create_secret
from pocplatform.kit.settings import Settings


def admin_secret(settings: Settings) -> str:
    """The organisers' secret key: configured, or in a file of mode 0600 in the data folder."""
    configured = settings.admin_key
    if configured is not None and configured.get_secret_value():
        return configured.get_secret_value()
    return read_or_create_secret(
        settings.data_dir / "admin.key", lambda: "sk_test_admin_" + secrets.token_hex(24)
    )
