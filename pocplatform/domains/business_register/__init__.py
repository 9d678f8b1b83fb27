"""The sandbox's own business register: it vouches for companies by their test business IDs."""
