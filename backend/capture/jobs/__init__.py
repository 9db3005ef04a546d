"""Capture jobs: documents that were brought to the service, which holds no member's key, and wait to be signed."""
