"""Evidence files as the service makes them: they verify without it, and show nobody more than they may see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.cli import run
from backend.errors import ServiceError
from backend.evidence.exporting import LATEST, Asked, Exporter
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from backend.keyring import Keyring
from backend.member.signer import OBJECT, OBSERVE, SUBJECT, Holding
from backend.sandbox.anvil import Anvil
from contracts.details import decode_value
from contracts.typed_data import lot_id
from indexer.proofs import ProvingNode, StateGone
from tests.backend.books.scene import LOT_LINK
from tests.backend.evidence.scene import Archive
from tests.backend.procurement.trade import to_hex
from verifier.command import VALID
from verifier.command import main as verify
from verifier.evidence import CORRECTION, HOLDING, ORDER, RECALL, Evidence


def ids(evidence: Evidence, kind: tuple[str, str] = HOLDING) -> set[bytes]:
    return {subject.id for subject in evidence.subjects if subject.kind == kind}


def refused(archive: Archive, name: str, subject: Holding | bytes | str, **asked: Any) -> tuple[int, str]:
    answer = archive.ask(name, subject, **asked)
    return answer.status_code, answer.json()["code"]


def test_evidence_of_a_holding_with_six_records_verifies_and_has_20_kb_at_most(archive: Archive) -> None:
    content = archive.export("tenant", archive.product)
    evidence, verdict = archive.proven(content)
    (product,) = evidence.subjects
    assert (HOLDING, archive.product.id, 6) == (product.kind, product.id, len(product.trail))
    record = verdict.records[product.ledger, product.id]
    assert (archive.product.head, 5, 2) == (record.head, record.holder, len(verdict.witnesses))
    assert 20_000 >= len(content)


def test_evidence_of_an_order_verifies(archive: Archive) -> None:
    evidence, _ = archive.proven(archive.export("supplier", archive.order.id))
    (order,) = evidence.subjects
    assert (ORDER, archive.order.id) == (order.kind, order.id)
    assert ["IssueOrder", "ConfirmOrder"] == [action.kind for action in order.trail]


def test_a_lot_is_found_by_the_identifier_on_its_label(archive: Archive) -> None:
    evidence, _ = archive.proven(archive.export("supplier", LOT_LINK))
    assert {archive.lot.id} == ids(evidence)
    assert (404, "not_found") == refused(archive, "rival", LOT_LINK)


def test_sources_follow_to_the_depth_asked_for_each_once(archive: Archive) -> None:
    levels = [archive.product, archive.part, archive.bulk, archive.raw]
    for depth in range(4):
        content = archive.export("regulator", archive.product, depth=depth)
        evidence, _ = archive.proven(content)
        assert {holding.id for holding in levels[: depth + 1]} == ids(evidence)
        assert (archive.product.id,) == tuple(root.id for root in evidence.roots)
    deeper, _ = archive.proven(archive.export("regulator", archive.product, depth=9))
    assert (ids(evidence), 3) == (ids(deeper), deeper.depth)


def test_what_one_may_not_see_is_not_there(archive: Archive) -> None:
    for subject in (archive.product, archive.order.id, lot_id(archive.part.maker, archive.part.handle)):
        assert (404, "not_found") == refused(archive, "stranger", subject)
    assert (404, "not_found") == refused(archive, "regulator", bytes(32))


def test_a_trail_that_goes_on_beyond_ones_horizon_is_not_cut_but_refused(archive: Archive) -> None:
    park = archive.park
    sold_on = park.hand_over("tenant", "rival", park.hand_over("supplier", "tenant", park.make("supplier")))
    sold_on = park.hand_over("rival", "stranger", sold_on)
    archive.sign_checkpoint("authority", "tenant")
    # The tenant knows to whom it gave the holding; that it went on to the stranger is not its to know.
    assert (403, "evidence_beyond_sight") == refused(archive, "tenant", sold_on)
    assert sold_on.id in ids(archive.proven(archive.export("stranger", sold_on))[0])
    # Its customer may tell of its own, but not of what the rest of the supplier's lot became.
    assert {archive.part.id, archive.product.id} == ids(
        archive.proven(archive.export("tenant", archive.product, depth=1))[0]
    )


def test_the_upstream_of_a_part_is_refused_once_the_rest_went_elsewhere(archive: Archive) -> None:
    park = archive.park
    rest, (part,) = park.split("supplier", park.make("supplier"), 1)
    part = park.hand_over("supplier", "tenant", part)
    archive.sign_checkpoint("authority", "tenant")
    before = archive.export("tenant", part, depth=1)
    assert {part.id, rest.id} == ids(archive.proven(before)[0])
    park.hand_over("supplier", "rival", rest)
    # As of the block of that checkpoint nothing of it has happened yet.
    assert before == archive.export("tenant", part, depth=1)
    archive.sign_checkpoint("authority", "tenant")
    assert (403, "evidence_beyond_sight") == refused(archive, "tenant", part, depth=1)
    # Of a lot, those of its holdings go in that one sees whole.
    lot = lot_id(part.maker, part.handle)
    assert {part.id} == ids(archive.proven(archive.export("tenant", lot))[0])
    assert {part.id, rest.id} == ids(archive.proven(archive.export("regulator", lot))[0])


def test_a_correction_of_a_record_goes_with_it(archive: Archive) -> None:
    made = archive.park.make("supplier")
    archive.park.record(
        "supplier",
        "CorrectDetails",
        archive.park.members["supplier"].correction(made),
        trails=[made.trail()],
    )
    archive.sign_checkpoint("authority", "tenant")
    evidence, _ = archive.proven(archive.export("supplier", made))
    (correction,) = (subject for subject in evidence.subjects if subject.kind == CORRECTION)
    assert ["CorrectDetails"] == [action.kind for action in correction.trail]


def test_a_recall_of_the_lot_goes_with_each_of_its_holdings(archive: Archive) -> None:
    made = archive.park.make("supplier")
    supplier = archive.park.members["supplier"]
    archive.park.record("supplier", "RecallLot", supplier.state(lot=made.lot))
    archive.sign_checkpoint("authority", "tenant")
    evidence, _ = archive.proven(archive.export("supplier", made))
    assert {lot_id(made.maker, made.handle)} == ids(evidence, RECALL)


def test_fields_are_shown_that_were_asked_for_and_no_others(archive: Archive) -> None:
    evidence, _ = archive.proven(archive.export("supplier", archive.lot, fields=["eventTime", "bizStep", "ilmd"]))
    (opening,) = (action.opening for action in evidence.actions)
    assert opening is not None
    assert ["2026-03-04T11:00:30.000+08:00", "commissioning"] == [decode_value(leaf) for leaf in opening.leaves]


def test_fields_of_details_one_may_not_read_stay_closed(archive: Archive) -> None:
    assert (409, "evidence_field_not_shown") == refused(archive, "regulator", archive.lot, fields=["bizStep"])
    assert (422, "evidence_field_unknown") == refused(archive, "supplier", archive.lot, fields=["price"])


def test_a_key_that_was_closed_later_has_signed_what_it_signed(archive: Archive) -> None:
    park, supplier = archive.park, archive.park.members["supplier"]
    key = archive.second_key("supplier")
    made = park.make("supplier")
    event = key.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    assert 202 == park.submit("supplier", key.batch("RecordLotEvent", event)).status_code
    park.settle()
    closing = supplier.state(organisation=supplier.organisation, key=key.address, compromisedSince=0)
    park.record("supplier", "CloseKey", closing)
    archive.sign_checkpoint("authority", "tenant")
    evidence, verdict = archive.proven(archive.export("supplier", made))
    assert {supplier.address, key.address} == {batch.signer for batch in evidence.batches}
    assert verdict.keys[key.address].revoked_at > 0


def test_a_batch_goes_in_with_the_hashes_of_what_was_refused_of_it(archive: Archive) -> None:
    park, supplier = archive.park, archive.park.members["supplier"]
    made = park.make("supplier")
    good = supplier.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    stale = supplier.lot_event(OBJECT, OBSERVE, {made: (SUBJECT, 0)})
    park.submit("supplier", supplier.batch("RecordLotEvent", good, stale))
    park.settle()
    archive.sign_checkpoint("authority", "tenant")
    evidence, _ = archive.proven(archive.export("supplier", made))
    assert [1, 2] == sorted(len(batch.hashes) for batch in evidence.batches)


def test_without_a_checkpoint_a_file_rests_on_the_block_alone(archive: Archive) -> None:
    made = archive.park.make("supplier")
    assert (409, "evidence_too_new") == refused(archive, "supplier", made)
    content = archive.export("supplier", made, at=LATEST)
    assert json.loads(content)["anchor"]["checkpoint"] is None
    final = archive.ask("supplier", made, at=1 << 30).json()
    assert ("evidence_block_not_final", {"finalised"}) == (final["code"], set(final["params"]))


def test_a_file_is_the_same_whoever_asks_for_it(archive: Archive) -> None:
    assert archive.export("tenant", archive.product) == archive.export("regulator", archive.product)


def test_a_node_that_has_pruned_a_state_is_told_from_one_that_fails(archive: Archive, anvil: Anvil) -> None:
    class Forgetful(ProvingNode):
        """A node that has pruned everything: for the service; the next test has a real one."""

        def proof(self, *_: object) -> set[bytes]:
            raise StateGone("missing trie node")

    def code_with(node: ProvingNode) -> str:
        service = archive.park.service
        operator = Actor(organisation=1, roles=Role.OPERATOR, rights=ALL_RIGHTS)
        asked = Asked(to_hex(archive.product.id))
        with archive.park.engine.connect() as connection:
            exporter = Exporter(connection, service.ledgers, node, service.ring)
            with pytest.raises(ServiceError) as caught:
                exporter.export(operator, asked)
        return caught.value.code

    assert "evidence_state_gone" == code_with(Forgetful(archive.park.chain.anvil.url))
    assert "node_unavailable" == code_with(ProvingNode("http://127.0.0.1:1"))
    # Another chain: its blocks are none that witnesses signed.
    assert code_with(ProvingNode(anvil.url)) in ("evidence_not_proven", "node_unavailable")


def test_evidence_is_written_at_a_terminal_and_verifies_there(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def suyuan(*arguments: object) -> tuple[int, str, str]:
        status = run([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    def proof(path: Path) -> str:
        assert VALID == verify([str(path), "--trust", str(trust)])
        return capsys.readouterr().out

    park, file, trust = archive.park, tmp_path / "evidence.json", tmp_path / "trust.json"
    token = tmp_path / "token"
    token.write_text(park.token("supplier"))
    service = ("--api", park.server.url, "--token-file", token)
    export = ("evidence", "export", LOT_LINK, "-o", file, "--trust-out", trust)
    assert 0 == suyuan(*export, *service, "--fields", "eventTime", "bizStep")[0]
    assert "commissioning" in proof(file)
    paper = tmp_path / "page.pdf"
    assert 0 == suyuan("evidence", "page", file, "--trust", trust, "-o", paper, "--address", "https://example.com/e")[0]
    assert b"%PDF" == paper.read_bytes()[:4]
    assert 0 == suyuan("evidence", "page", LOT_LINK, *service, "-o", paper)[0]
    assert "commissioning" not in proof(paper.with_suffix(".json"))
    # Where the service runs, by its settings: an example, its trace and its evidence, without a token.
    _set_environment(monkeypatch, archive, tmp_path)
    example = json.loads(suyuan("trace", "--any", "--json")[1])
    assert (6, True) == (example["records"], example["checkpoint"] > 0)
    for subject in (example["lot"], example["holding"]):
        assert "made" in suyuan("trace", subject)[1]
        assert "witnesses" in suyuan("evidence", "export", subject, "-o", file)[1]
        assert example["holding"][:10] in proof(file)
    assert "OrderConfirmed by organisation 3" in suyuan("trace", to_hex(archive.order.id))[1]
    assert "OrderConfirmed by organisation 3" in suyuan("trace", to_hex(archive.order.id), *service)[1]
    assert (1, True) == refusal(suyuan("evidence", "export", to_hex(bytes(32)), "-o", file), "not_found")
    assert (2, True) == refusal(suyuan("evidence", "export", LOT_LINK, "-o", file, "--at", "now"), "block_invalid")
    assert (2, True) == refusal(suyuan("trace"), "subject_missing")


def refusal(said: tuple[int, str, str], code: str) -> tuple[int, bool]:
    return said[0], f"{code}: " in said[2]


def _set_environment(monkeypatch: pytest.MonkeyPatch, archive: Archive, folder: Path) -> None:
    ring = Keyring(folder / "ring")
    ring.ensure("1")
    chain = archive.park.chain
    chain.deployment.save(folder / "deployment.json")
    for name, value in {
        "MODE": "demo",
        "DATABASE_URL": archive.park.database_url,
        "RPC_URL": chain.anvil.url,
        "DEPLOYMENT": folder / "deployment.json",
        "BROKER_URL": "redis://127.0.0.1:1",
        "RELAYER_KEYSTORE": ring.path("1"),
        "RELAYER_PASSWORD_FILE": ring.password_file,
        "DETAILS_RING": ring.password_file.parent,
    }.items():
        monkeypatch.setenv(f"SUYUAN_{name}", str(value))
