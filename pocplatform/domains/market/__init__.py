"""The market: signed listings and offers, and the sales that they lead to."""
