"""Status lists: which credentials are revoked or suspended, for verifiers without a node."""
