"""Errors of webhooks.

InvalidInput
└── WebhookUrlRefused        422  not an address that webhooks are sent to
Conflict
├── TooManyWebhooks          409  the tenant has as many as it may
└── WebhookDisabled          409  nothing is sent to it until it is enabled again
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class WebhookUrlRefused(InvalidInput):
    """Webhooks are not sent to such an address."""

    code = "webhook_url_refused"
    title = "Webhooks are not sent to this address"


class TooManyWebhooks(Conflict):
    """The tenant has as many webhooks as it may."""

    code = "too_many_webhooks"
    title = "There are as many webhooks as may be"


class WebhookDisabled(Conflict):
    """Nothing is sent to a webhook that is disabled."""

    code = "webhook_disabled"
    title = "The webhook is disabled"
