"""When the events of the tests are held: they never begin or end while a test runs."""

from datetime import UTC, datetime, timedelta

NOW = datetime.now(UTC) - timedelta(minutes=1)
LATER = NOW + timedelta(days=3650)
