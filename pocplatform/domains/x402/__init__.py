"""x402: paying over HTTP with a signed authorization; a facilitator and a resource that costs."""
