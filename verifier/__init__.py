"""Checks evidence files offline: no service, no database, no node. Imports the pure modules of ``contracts`` alone."""
