"""Items of virtual spaces, tickets among them: kinds, holders, redemption."""
