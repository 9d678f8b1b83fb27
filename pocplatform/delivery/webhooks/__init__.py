"""Webhooks: events brought to addresses that tenants name, signed, and tried again."""
