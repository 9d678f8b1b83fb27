"""People who use the pages: their visits, and the organizations that they act for."""
