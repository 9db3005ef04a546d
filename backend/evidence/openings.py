"""The fields of details that the giver of a file chooses to show, each opened against the root that was signed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from backend.details import queries as details
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.evidence.history import Openings
from backend.evidence.values import EventRow
from backend.identity.actor import Actor
from contracts.details import SCHEMAS, Opening, leaves, open_fields


def known_paths(paths: Collection[str]) -> frozenset[str]:
    """The paths, each a field of some schema.

    Raises:
        ServiceError: `evidence_field_unknown`.
    """
    known = {path for schema in SCHEMAS.values() for path in schema.fields}
    for path in paths:
        if path not in known:
            raise ServiceError("evidence_field_unknown", field=path)
    return frozenset(paths)


def shown_by(connection: Connection, ring: Ring, actor: Actor, paths: Collection[str]) -> Openings:
    """Opens those of some fields that an action has and the actor may read; actions without any stay closed."""

    def shown(rows: Sequence[EventRow]) -> Mapping[int, Opening]:
        wanted = {
            row.root
            for row in rows
            if row.schema in SCHEMAS and not SCHEMAS[row.schema].fields.keys().isdisjoint(paths)
        }
        opened = details.opened(connection, ring, actor.organisation, wanted) if wanted else {}
        openings: dict[int, Opening] = {}
        for row in rows:
            found = opened.get(row.root)
            # A root can be copied by anybody: under another schema it opens nothing.
            if found is None or found.schema.id != row.schema:
                continue
            present = [path for path in sorted(paths) if path in found.fields]
            if present:
                openings[row.number] = open_fields(
                    found.schema, leaves(found.schema, found.fields, found.event_key), present
                )
        return openings

    return shown
