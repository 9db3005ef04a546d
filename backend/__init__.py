"""The service: HTTP API, background work and the command line, over the mirror and its own tables."""
