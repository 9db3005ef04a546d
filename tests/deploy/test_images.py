"""The images and the compose file, read as text: what a container engine would be told."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import yaml

from backend.cli import ROOMS

REPOSITORY = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted((REPOSITORY / "deploy").glob("*.Dockerfile"))
COMPOSE = cast(dict[str, Any], yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text(encoding="utf-8")))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "suyuan"}


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """(KEYWORD, rest) of each instruction, continued lines joined."""
    text = re.sub(r"\\\n", " ", dockerfile.read_text(encoding="utf-8"))
    lines = (line.strip() for line in text.splitlines())
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line and line[0] != "#"]


def values(dockerfile: Path, keyword: str) -> list[str]:
    return [rest for word, rest in instructions(dockerfile) if word == keyword]


def by_name(path: Path) -> str:
    return path.stem


def test_the_compose_file_is_what_its_specification_allows() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    jsonschema.validate(COMPOSE, schema)


def test_every_service_stands_on_services_volumes_and_conditions_that_are_there() -> None:
    for name, service in COMPOSE["services"].items():
        for need, how in service.get("depends_on", {}).items():
            needed = COMPOSE["services"][need]
            one_shot = "restart" not in needed or needed["restart"].startswith("on-failure")
            assert one_shot == (how["condition"] == "service_completed_successfully"), (name, need)
            assert ("healthcheck" in needed) == (how["condition"] == "service_healthy"), (name, need)
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"], (name, volume)


def test_no_secret_stands_in_the_compose_file() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD$|_KEY$|DATABASE_URL$|BROKER_URL$", variable), (name, variable)
            assert not re.search(r"://[^/]*@", str(value)), (name, variable)


def test_a_process_mounts_only_the_secrets_it_needs_and_changes_none() -> None:
    mounts = {name: {volume.split(":")[0] for volume in service.get("volumes", [])} for name, service in OURS.items()}
    assert {"secrets", "worker", "api"} == {name for name, volumes in mounts.items() if "relayer" in volumes}
    assert {"secrets", "worker", "api"} == {name for name, volumes in mounts.items() if "details" in volumes}
    assert {"secrets", "contracts"} == {name for name, volumes in mounts.items() if "founders" in volumes}
    for name, service in OURS.items():
        writable = [volume for volume in service.get("volumes", []) if not volume.endswith(":ro")]
        assert (name in {"secrets", "contracts"}) == bool(writable), name


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ["127.0.0.1:8000:8000"] == ports


def test_every_process_of_ours_is_a_command_that_suyuan_has() -> None:
    words = {room.word for room in ROOMS}
    assert {} == {name: service["command"] for name, service in OURS.items() if service["command"][0] not in words}


def test_the_image_starts_the_command_that_the_project_installs() -> None:
    (entry_point,) = values(REPOSITORY / "deploy/suyuan.Dockerfile", "ENTRYPOINT")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ["suyuan"] == json.loads(entry_point)
    assert "suyuan" in project["scripts"]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=by_name)
def test_an_image_runs_as_somebody_without_rights(dockerfile: Path) -> None:
    assert values(dockerfile, "USER")
    assert values(dockerfile, "USER")[-1] not in {"root", "0"}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=by_name)
def test_an_image_builds_on_pinned_images_without_naming_where_they_come_from(dockerfile: Path) -> None:
    for image in values(dockerfile, "FROM"):
        assert re.fullmatch(r"[a-z]+:[\w.-]+( AS [a-z]+)?", image), image


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=by_name)
def test_everything_an_image_copies_is_there_and_in_the_build_context(dockerfile: Path) -> None:
    allowed = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for copy in values(dockerfile, "COPY"):
        if copy.startswith("--from="):
            continue
        for source in copy.split()[:-1]:
            assert (REPOSITORY / source).exists(), source
            assert source in allowed, source


def test_the_volumes_belong_to_the_user_whose_number_the_compose_file_names() -> None:
    (created,) = [run for run in values(REPOSITORY / "deploy/suyuan.Dockerfile", "RUN") if "useradd" in run]
    number = COMPOSE["services"]["valkey"]["user"]
    assert f"--uid {number} " in created
    mounted = {volume.split(":")[1] for service in OURS.values() for volume in service.get("volumes", [])}
    assert {path for path in mounted if path not in created} == set()


def test_the_chain_of_the_compose_file_has_the_flags_that_the_sandbox_needs() -> None:
    flags = {flag.partition("=")[0]: flag.partition("=")[2] for flag in COMPOSE["services"]["chain"]["command"]}
    assert ("fifo", "cancun", "0", "1000000000") == (
        flags["--order"],
        flags["--hardfork"],
        flags["--base-fee"],
        flags["--gas-limit"],
    )
    assert {
        "--quiet",
        "--preserve-historical-states",
        "--mnemonic-random",
        "--no-request-size-limit",
        # Without it the node asks for a price that the deployer, whom nobody funded, cannot pay.
        "--disable-min-priority-fee",
    } <= set(flags)


def test_the_lock_of_the_image_pins_what_the_whole_lock_pins() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==[^\s\\;]+", (REPOSITORY / name).read_text(), flags=re.MULTILINE))

    assert set() == pins("requirements-run.lock") - pins("requirements.lock")
    assert not [pin for pin in pins("requirements-run.lock") if pin.startswith(("pytest", "mypy", "ruff"))]
