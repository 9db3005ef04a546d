"""Alembic's entry: runs the migrations of the schema `service` and of nothing else."""

from collections.abc import MutableMapping
from typing import Any

from alembic import context
from sqlalchemy import Engine, text

from backend.capture import models as capture_models
from backend.capture.jobs import models as capture_jobs_models
from backend.chemicals import models as chemicals_models
from backend.db import SERVICE, SERVICE_SCHEMA
from backend.details import models as details_models
from backend.evidence import models as evidence_models
from backend.identity import models as identity_models
from backend.items import models as items_models
from backend.quality import models as quality_models
from backend.requisitions.agreements import models as agreements_models
from backend.requisitions.approval import models as approval_models
from backend.requisitions.orders import models as orders_models
from backend.requisitions.requests import models as requests_models
from backend.requisitions.suppliers import models as suppliers_models
from backend.stock import models as stock_models
from backend.submissions import models as submissions_models

# Importing a module of tables is what puts them into SERVICE.
_DOMAINS = (
    capture_models,
    capture_jobs_models,
    chemicals_models,
    details_models,
    evidence_models,
    identity_models,
    items_models,
    quality_models,
    stock_models,
    submissions_models,
    suppliers_models,
    agreements_models,
    approval_models,
    requests_models,
    orders_models,
)


def _is_ours(name: str | None, kind: str, parents: MutableMapping[Any, str | None]) -> bool:
    schema = name if kind == "schema" else parents.get("schema_name")
    return schema == SERVICE_SCHEMA


def _run() -> None:
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        # Two migrations at once would both find nothing done; the second waits here.
        connection.execute(text("SELECT pg_advisory_lock(7305113)"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SERVICE_SCHEMA}"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=SERVICE,
            version_table_schema=SERVICE_SCHEMA,
            include_schemas=True,
            include_name=_is_ours,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run()
