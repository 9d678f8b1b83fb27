"""Five companies offer jointly; one leaves, and all sign the amendment."""
