"""Alembic migrations of the schema `service`, the only one that is migrated."""
