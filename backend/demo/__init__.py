"""A first sample park: members with keys of their own, who sign and bring what they do through the real HTTP API."""
