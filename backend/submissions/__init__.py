"""Signed batches on their way to the chain: acceptance, outbox, relayer, status."""
