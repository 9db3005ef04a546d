"""Whether the service is alive, whether it can do its work, and what it stands on."""
