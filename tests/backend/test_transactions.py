"""One transaction a request, and it ends before the answer begins."""

from __future__ import annotations

import threading

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from backend.db import POOL, SERVICE
from backend.sandbox.database import create_database
from backend.tables_commands import migrate_database
from tests.backend.park import Park
from tests.backend.test_bad_input import a_good_batch

# A trigger that lets every statement pass and fails at COMMIT.
FAIL_AT_COMMIT = """
CREATE FUNCTION service.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON service.submission DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION service.fail();
"""


def test_a_commit_that_fails_answers_with_no_success_and_keeps_nothing(park: Park) -> None:
    with park.engine.begin() as connection:
        connection.execute(text(FAIL_AT_COMMIT))
    answer = park.submit("supplier", a_good_batch(park))
    assert (500, "internal") == (answer.status_code, answer.json()["code"])
    with park.engine.begin() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM service.submission WHERE state = 'accepted'"))
    assert 0 == rows
    assert [] == park.nudged


def test_more_requests_at_once_than_connections_all_get_their_answer(park: Park) -> None:
    token = park.token("supplier")
    statuses: list[int] = []

    def ask() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        statuses.extend(park.client.get("/v1/organisations", headers=headers).status_code for _ in range(5))

    askers = [threading.Thread(target=ask) for _ in range(POOL * 4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert [200] * (POOL * 4 * 5) == statuses


def test_a_database_that_is_gone_is_a_503_and_what_comes_after_works(park: Park, postgres: str) -> None:
    headers = {"Authorization": f"Bearer {park.token('supplier')}"}
    name = park.database_url.rsplit("/", 1)[1]
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        answer = park.client.get("/v1/keys", headers=headers)
        assert (503, "database_unavailable") == (answer.status_code, answer.json()["code"])
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert 200 == park.client.get("/v1/keys", headers=headers).status_code


def test_the_migrations_lead_to_the_tables_of_the_models(park: Park) -> None:
    with park.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": "service",
                "include_name": lambda name, kind, parents: (
                    (name if kind == "schema" else parents["schema_name"]) == "service"
                ),
            },
        )
        assert [] == compare_metadata(context, SERVICE)


def test_a_mirror_that_was_never_built_is_a_503_that_says_so(park: Park) -> None:
    token = park.token("supplier")
    with park.engine.begin() as connection:
        connection.execute(text("ALTER SCHEMA mirror RENAME TO gone"))
    answer = park.client.get("/v1/keys", headers={"Authorization": f"Bearer {token}"})
    assert (503, "mirror_unavailable") == (answer.status_code, answer.json()["code"])


def test_migrating_twice_changes_nothing(postgres: str) -> None:
    with create_database(postgres) as url:
        migrate_database(url)
        migrate_database(url)
