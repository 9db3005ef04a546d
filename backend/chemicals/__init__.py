"""Regulated chemicals 管制化学品: the certificates an organisation may buy them under, and how much is left on each."""
