"""Checkpoints: what witnesses sign is kept as they signed it, and contradicts a chain that is not the one they saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.cli import run
from backend.errors import CATALOGUE
from backend.evidence import commands
from backend.keyring import Keyring
from tests.backend.evidence.scene import checkpoint_of
from tests.backend.park import Park, member_key

OTHER = "0x" + "5c" * 32


def publish(park: Park, checkpoint: dict[str, Any], name: str = "tenant") -> Any:
    return park.ask(name, "POST", "/v1/checkpoints", checkpoint)


def code_of(park: Park, checkpoint: dict[str, Any]) -> str:
    answer = publish(park, checkpoint)
    code = str(answer.json()["code"])
    assert CATALOGUE[code].status == answer.status_code
    return code


def test_what_witnesses_signed_is_kept_once_and_shown_to_every_member(park: Park) -> None:
    together, alone = checkpoint_of(park, "authority", "tenant"), checkpoint_of(park, "supplier")
    assert [2, 0, 1] == [publish(park, each).json()["new"] for each in (together, together, alone)]
    for name in ("tenant", "rival"):
        (held,) = park.get(name, "/v1/checkpoints").json()["checkpoints"]
        assert (together["number"], together["hash"]) == (held["number"], held["hash"])
        assert [2, 3, 5] == sorted(each["organisation"] for each in held["signatures"])


def test_a_checkpoint_that_contradicts_our_chain_is_kept_too_but_no_evidence_rests_on_it(park: Park) -> None:
    ours, another = checkpoint_of(park, "authority"), checkpoint_of(park, "tenant", hash=OTHER)
    for each in (ours, another):
        assert 200 == publish(park, each).status_code
    held = park.get("tenant", "/v1/checkpoints").json()["checkpoints"]
    assert {ours["hash"], OTHER} == {each["hash"] for each in held}
    made = park.make("supplier")
    number = publish(park, checkpoint_of(park, "authority")).json()["number"]
    publish(park, checkpoint_of(park, "tenant", "rival", number=number, hash=OTHER))
    answer = park.ask("supplier", "POST", "/v1/evidence", {"subject": f"0x{made.id.hex()}"})
    assert [park.members["authority"].address] == [
        each["witness"] for each in answer.json()["anchor"]["checkpoint"]["signatures"]
    ]


def test_a_checkpoint_is_refused_for_what_is_wrong_with_it(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    good = checkpoint_of(park, "tenant")
    assert "checkpoint_of_another_chain" == code_of(park, good | {"chain_id": 1})
    assert "checkpoint_of_another_chain" == code_of(park, good | {"genesis": OTHER})
    assert "checkpoint_not_mirrored" == code_of(park, good | {"number": good["number"] + 1000})
    assert "checkpoint_forged" == code_of(park, good | {"mirror": OTHER})
    swapped = [{**good["signatures"][0], "witness": park.members["authority"].address}]
    assert "checkpoint_forged" == code_of(park, good | {"signatures": swapped})
    assert "request_invalid" == code_of(park, good | {"signatures": []})
    monkeypatch.setattr(commands, "MOST_A_DAY", 0)
    assert "witness_too_busy" == code_of(park, good)
    assert [] == park.get("tenant", "/v1/checkpoints").json()["checkpoints"]


def test_a_key_that_was_closed_is_no_witness_any_more(park: Park) -> None:
    rival, checkpoint = park.members["rival"], checkpoint_of(park, "rival")
    closing = rival.state(organisation=rival.organisation, key=rival.address, compromisedSince=0)
    park.record("rival", "CloseKey", closing)
    assert "witness_unknown" == code_of(park, checkpoint)


def test_the_trust_file_names_who_signed_and_asks_for_more_than_half(park: Park) -> None:
    before = park.get("tenant", "/v1/evidence/trust").json()
    assert {"threshold": 1, "addresses": [park.members["authority"].address]} == before["witnesses"]
    publish(park, checkpoint_of(park, "authority", "tenant", "supplier"))
    after = park.get("tenant", "/v1/evidence/trust").json()
    assert (2, 3) == (after["witnesses"]["threshold"], len(after["witnesses"]["addresses"]))


def test_a_checkpoint_that_few_signed_does_not_take_the_place_of_one_that_enough_signed(park: Park) -> None:
    made = park.make("supplier")
    enough = checkpoint_of(park, "authority", "tenant")
    park.make("supplier")
    for each in (enough, checkpoint_of(park, "supplier")):
        assert 200 == publish(park, each).status_code
    answer = park.ask("supplier", "POST", "/v1/evidence", {"subject": f"0x{made.id.hex()}"})
    assert (str(enough["number"]), "2") == (answer.headers["suyuan-block"], answer.headers["suyuan-witnesses"])


def test_a_witness_signs_publishes_and_checks_at_a_terminal(
    park: Park, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def suyuan(*arguments: object) -> int:
        capsys.readouterr()
        return run(["checkpoint", *(str(argument) for argument in arguments)])

    ring, token, file = Keyring(tmp_path), tmp_path / "token", tmp_path / "checkpoint.json"
    ring.ensure("tenant", member_key("tenant"))
    token.write_text(park.token("tenant"))
    service = ("--api", park.server.url, "--token-file", token)
    rpc = ("--rpc", park.chain.anvil.url)
    signing = ("--keystore", ring.path("tenant"), "--password-file", ring.password_file, "-o", file)
    assert 0 == suyuan("sign", *signing, *rpc)
    assert 0 == suyuan("publish", file, *service, "--json")
    assert 1 == json.loads(capsys.readouterr().out)["new"]
    assert 0 == suyuan("check", *rpc, *service)
    assert "1 checkpoints, 0 differences" in capsys.readouterr().out
    # The chain is rewritten: from that block on it is another one.
    signed = json.loads(file.read_text())
    publish(park, checkpoint_of(park, "rival", number=signed["number"], hash=OTHER))
    assert 1 == suyuan("check", *rpc, *service)
    assert OTHER in capsys.readouterr().out
    file.write_text(json.dumps(signed | {"number": signed["number"] - 1}))
    assert 1 == suyuan("check", file, *rpc, "--json")
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert "is not over it" in difference["difference"]
    file.write_text("{}")
    assert 2 == suyuan("publish", file, *service)
    assert "checkpoint_malformed" in capsys.readouterr().err
