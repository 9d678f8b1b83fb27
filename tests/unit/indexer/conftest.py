"""The same platform as the outbox's tests use."""

from tests.unit.outbox.conftest import bench, own_bench, wire_to

__all__ = ["bench", "own_bench", "wire_to"]
