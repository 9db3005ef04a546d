"""证据 Evidence: files that prove records without us, and the checkpoints they rest on (docs/evidence.md)."""
