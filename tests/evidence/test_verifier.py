"""The verifier believes an honest file, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from contracts.signatures import keccak, sign
from contracts.typed_data import struct_hash
from tests.evidence.maker import (
    ADDRESSES,
    BLOCK,
    NOW,
    Draft,
    act_of,
    checkpoint_of,
    commit,
    evidence_of,
    header_of,
)
from tests.evidence.spoiling import at, leaves_of, lists_of, other_values, put, resort, spoiled_lists
from tests.evidence.stories import (
    OTHER,
    SUPPLIER,
    TENANT,
    WITNESSES,
    Story,
    draft,
    make_in_a_row,
    one_holding,
    signer,
    tell,
)
from verifier import trust as trust_file
from verifier.canonical import SIZE_MAX, blob, unblob
from verifier.check import Verdict, check
from verifier.evidence import read
from verifier.refusal import CODES, Refusal, TrustError
from verifier.statement import refusal, say, statement


def verdict_on(made: Draft, data: bytes | None = None) -> Verdict:
    return check(read(made.data if data is None else data), trust_file.read(json.dumps(made.trust).encode()))


def code_of(made: Draft, data: bytes | None = None) -> str:
    """The code a file is refused for, or `valid`."""
    try:
        verdict_on(made, data)
    except Refusal as reason:
        return reason.code
    return "valid"


@pytest.fixture(scope="module")
def story() -> Story:
    return tell(7, events=20)


@pytest.fixture
def honest(story: Story) -> Draft:
    return draft(story, 2)


@pytest.mark.parametrize("seed", range(40))
def test_an_honest_file_is_valid_and_shows_all_that_was_recorded(seed: int) -> None:
    story = tell(seed)
    made = draft(story)
    verdict = verdict_on(made)
    assert sum(record.seq for record in verdict.records.values()) == sum(
        len(each["trail"]) for each in made.content["subjects"]
    )
    assert BLOCK == verdict.block.number
    assert {each.address for each in WITNESSES} == set(verdict.witnesses)


# ------------------------------------------------------------------------------------------- one place spoiled


def small() -> Draft:
    """A holding with three records, details shown, a recall and a correction."""
    random = Random(5)
    story = tell(5, events=0)
    holding = story.holdings[0]
    lot = ("Recalls", "LotKey", {"maker": holding[2]["maker"], "handle": holding[2]["handle"]})
    acts = [act_of(random, "PlaceHold", [holding], holding=holding[2]) for _ in range(3)]
    commit(random, acts[2])
    story.park.record(TENANT, acts[:2])
    story.park.record(OTHER, [acts[2], act_of(random, "PlaceHold", [])])
    story.park.record(SUPPLIER, [act_of(random, "RecallLot", [lot], lot=lot[2])])
    key = {
        "ledger": ADDRESSES["Traceability"],
        "subject": struct_hash("HoldingKey", holding[2]),
        "corrects": struct_hash("PlaceHold", acts[0].value),
    }
    correction = ("Corrections", "CorrectionKey", key)
    story.park.record(TENANT, [act_of(random, "CorrectDetails", [correction], correction=key)])
    return evidence_of(story.park, [holding], witnesses=WITNESSES)


def test_no_byte_can_be_flipped() -> None:
    made = small()
    data = made.data
    assert "valid" == code_of(made)
    for place in range(len(data)):
        spoiled = data[:place] + bytes([data[place] ^ 1 << place % 7]) + data[place + 1 :]
        assert "valid" != code_of(made, spoiled), (place, data[place - 20 : place + 20])


def test_no_value_can_be_another() -> None:
    made, random = small(), Random(1)
    for path in leaves_of(made.content):
        for value in other_values(random, at(made.content, path)):
            spoiled = made.copy()
            put(spoiled.content, path, value)
            assert "valid" != code_of(resort(spoiled) if path[0] == "nodes" else spoiled), (path, value)


def test_nothing_can_be_removed_from_a_list_doubled_or_moved_in_it() -> None:
    made, random = small(), Random(2)
    harmless = 0
    for path in lists_of(made.content):
        for content in spoiled_lists(random, at(made.content, path)):
            spoiled = made.copy()
            put(spoiled.content, path, content)
            harmless += "valid" == code_of(spoiled)
    assert 0 == harmless


# ------------------------------------------------------------------------------------------- what a cheat tries


def test_an_action_left_out_is_noticed_by_the_count() -> None:
    park, holding = one_holding()
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    last = made.content["subjects"][0]["trail"].pop()
    assert last == len(made.content["actions"]) - 1
    del made.content["actions"][last]
    del made.content["batches"][-1]
    assert "trail_incomplete" == code_of(made)


def test_actions_in_another_order_are_noticed_by_the_head() -> None:
    park, holding = one_holding()
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    trail = made.content["subjects"][0]["trail"]
    trail[1], trail[2] = trail[2], trail[1]
    assert "trail_broken" == code_of(made)


def test_an_action_signed_but_never_recorded_is_noticed_by_the_head() -> None:
    park, holding = one_holding()
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    other, _ = one_holding(0)
    other.record(TENANT, [act_of(Random(77), "PlaceHold", [holding], holding=holding[2])])
    forged = evidence_of(other, [holding], witnesses=WITNESSES)
    made.content["batches"][-1] = forged.content["batches"][-1]
    made.content["actions"][-1] = {**forged.content["actions"][-1], "batch": len(made.content["batches"]) - 1}
    assert "trail_broken" == code_of(made)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ({"revoked": NOW - 6000}, "key_revoked"),
        ({"until": NOW - 6000}, "key_expired"),
        ({"since": NOW + 3601}, "key_not_yet_valid"),
        ({"revoked": NOW + 5}, "valid"),
    ],
)
def test_a_key_whose_period_the_action_cannot_lie_in_is_refused(ends: dict[str, int], code: str) -> None:
    park, holding = one_holding()
    park.enrol(TENANT, **ends)
    assert code == code_of(evidence_of(park, [holding], witnesses=WITNESSES))


def test_a_key_of_nobody_is_refused() -> None:
    park, holding = one_holding()
    park.record(signer("stranger", 9), [act_of(Random(3), "PlaceHold", [holding], holding=holding[2])])
    assert "key_unknown" == code_of(evidence_of(park, [holding], witnesses=WITNESSES))


def test_a_revocation_cannot_be_withheld_by_a_proof_of_an_older_state() -> None:
    old, holding = one_holding()
    new, _ = one_holding()
    new.enrol(TENANT, revoked=NOW - 6000)
    assert "key_revoked" == code_of(evidence_of(new, [holding], witnesses=WITNESSES))
    assert "proof_missing" == code_of(evidence_of(new, [holding], witnesses=WITNESSES, proven_by=old))


def test_the_file_of_an_older_state_is_stale_where_the_reader_knows_a_newer_block() -> None:
    park, holding = one_holding()
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    made.trust["not_before"] = BLOCK
    assert "valid" == code_of(made)
    made.trust["not_before"] = BLOCK + 1
    assert "evidence_stale" == code_of(made)


@pytest.mark.parametrize("ledger", ["Recalls", "Corrections"])
def test_a_recall_or_a_correction_cannot_be_withheld(ledger: str) -> None:
    made = small()
    withheld = [each for each in made.content["subjects"] if each["ledger"] == ledger]
    assert 1 == len(withheld)
    cheat = made.copy()
    subjects = cheat.content["subjects"]
    place = subjects.index(withheld[0])
    action = subjects[place]["trail"][0]
    batch = cheat.content["actions"][action]["batch"]
    del subjects[place]
    del cheat.content["actions"][action]
    del cheat.content["batches"][batch]
    for each in cheat.content["actions"]:
        each["batch"] -= each["batch"] > batch
    for each in subjects:
        each["trail"] = [step - (step > action) for step in each["trail"]]
    assert "subject_missing" == code_of(cheat)


def test_a_source_cannot_be_withheld() -> None:
    story = tell(11, events=0)
    make_in_a_row(story, 50)
    worked_up = story.holdings[-1]
    made = evidence_of(story.park, [worked_up], 1, witnesses=WITNESSES)
    assert "valid" == code_of(made)
    assert len(made.content["subjects"]) > 1
    made = evidence_of(story.park, [worked_up], 0, witnesses=WITNESSES)
    assert "valid" == code_of(made)
    made.content["about"]["depth"] = 1
    assert "subject_missing" == code_of(made)


def test_what_the_file_is_not_about_is_refused() -> None:
    story = tell(12)
    made = evidence_of(story.park, story.holdings[:2], witnesses=WITNESSES)
    assert "valid" == code_of(made)
    made.content["about"]["subjects"] = [0]
    assert "subject_unexpected" == code_of(made)


def _other_chain(made: Draft) -> None:
    made.trust["chain"]["id"] += 1


def _other_contract(made: Draft) -> None:
    made.trust["ledgers"]["Traceability"]["address"] = "0x" + "33" * 20


def _other_code(made: Draft) -> None:
    made.trust["ledgers"]["Traceability"]["code_hash"] = "0x" + "22" * 32


def _other_genesis(made: Draft) -> None:
    made.trust["chain"]["genesis"] = "0x" + "11" * 32


def _no_checkpoint(made: Draft) -> None:
    made.content["anchor"]["checkpoint"] = None


def _checkpoint_of_strangers(made: Draft) -> None:
    header = unblob(made.content["anchor"]["header"])
    assert header is not None
    made.content["anchor"]["checkpoint"] = checkpoint_of(header, [signer("a", 1), signer("b", 1)])


def _checkpoint_of_another_block(made: Draft) -> None:
    made.content["anchor"]["checkpoint"] = checkpoint_of(header_of(keccak(b"other")), WITNESSES)


def _forged_checkpoint(made: Draft) -> None:
    for each in made.content["anchor"]["checkpoint"]["signatures"]:
        each["signature"] = blob(sign(keccak(b"forged"), signer("a", 1).key))


def _another_state(made: Draft) -> None:
    header = header_of(keccak(b"another state"))
    made.content["anchor"] = {"header": blob(header), "checkpoint": checkpoint_of(header, WITNESSES)}


def _details_of_another(made: Draft) -> None:
    shown = next(each for each in made.content["actions"] if each["opening"])
    shown["opening"]["leaves"][0]["value"] = blob(b"something else")


def _a_node_more(made: Draft) -> None:
    made.content["nodes"].append(blob(b"\xc2\x01\x02" * 20))
    resort(made)


def _another_signature(made: Draft) -> None:
    made.content["batches"][0]["signature"] = made.content["batches"][1]["signature"]


def _another_value(made: Draft) -> None:
    made.content["actions"][0]["value"]["occurredAt"] += 1


def _no_header(made: Draft) -> None:
    made.content["anchor"]["header"] = blob(b"\xc0")


def _another_format(made: Draft) -> None:
    made.content["format"] = "suyuan-evidence/2"


def _one_more_field(made: Draft) -> None:
    made.content["note"] = "true"


@pytest.mark.parametrize(
    ("cheat", "code"),
    [
        (_another_format, "format_unknown"),
        (_one_more_field, "file_malformed"),
        (_no_header, "header_malformed"),
        (_other_chain, "checkpoint_forged"),
        (_other_genesis, "checkpoint_forged"),
        (_forged_checkpoint, "checkpoint_forged"),
        (_checkpoint_of_another_block, "checkpoint_forged"),
        (_checkpoint_of_strangers, "checkpoint_missing"),
        (_no_checkpoint, "checkpoint_missing"),
        (_another_value, "action_not_in_batch"),
        (_another_signature, "signature_invalid"),
        (_other_contract, "signature_invalid"),
        (_another_state, "proof_missing"),
        (_other_code, "ledger_unknown"),
        (_details_of_another, "opening_invalid"),
        (_a_node_more, "proof_unused"),
    ],
)
def test_a_cheat_is_refused_with_its_reason(cheat: Callable[[Draft], None], code: str) -> None:
    made = small()
    cheat(made)
    assert code == code_of(made)


# -------------------------------------------------------------------------------------------------- doubts, words


def test_a_key_reported_compromised_is_a_doubt() -> None:
    park, holding = one_holding()
    park.enrol(TENANT, compromised=NOW - 6000, revoked=NOW + 1)
    assert (("key_compromised", TENANT.address),) == verdict_on(
        evidence_of(park, [holding], witnesses=WITNESSES)
    ).doubts


def test_a_suspended_organisation_is_a_doubt() -> None:
    park, holding = one_holding()
    park.admit(TENANT.organisation, status=3)
    assert (("organisation_suspended", "5"),) == verdict_on(evidence_of(park, [holding], witnesses=WITNESSES)).doubts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_verdict_is_told_in_words(honest: Draft, language: str) -> None:
    trust = trust_file.read(json.dumps(honest.trust).encode())
    evidence = read(honest.data)
    told = statement(evidence, check(evidence, trust), trust, language)
    assert str(BLOCK) in told.proven[0]
    assert sum(len(each.trail) for each in evidence.subjects) == len(told.records)
    assert all(refusal(Refusal(code, "", ""), language) for code in CODES)
    assert say("lines", "valid", language)


def test_the_frozen_vectors_are_answered_as_they_say() -> None:
    vectors = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
    met = set()
    for vector in vectors:
        try:
            check(read(vector["evidence"].encode()), trust_file.read(vector["trust"].encode()))
            code = None
        except Refusal as reason:
            code = reason.code
        assert vector["code"] == code
        met.add(code)
    assert {*CODES, None} == met


# -------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"a":9007199254740993}',
        b'{"a":-0}',
        b'"\\u0041"',
        '{"a":"\u6279"}'.encode(),
        b"[" + b"1" * 5_000 + b"]",
        b" " * (SIZE_MAX + 1),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_file_in_any_other_form_is_unreadable(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert "file_unreadable" == refused.value.code


def test_a_file_of_another_kind_is_not_evidence() -> None:
    for content in (b"{}", b"[]", b"1", b'{"format":1}'):
        with pytest.raises(Refusal) as refused:
            read(content)
        assert "format_unknown" == refused.value.code


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("witnesses", {"threshold": 0, "addresses": []}, "trust_empty"),
        ("witnesses", {"threshold": 3, "addresses": []}, "trust_unreadable"),
        ("seals", {"kind": "clique", "validators": []}, "trust_unreadable"),
        ("ledgers", {}, "trust_unreadable"),
        ("chain", {"id": "1", "genesis": "0x"}, "trust_unreadable"),
        ("format", "suyuan-trust/2", "trust_unreadable"),
        ("names", [], "trust_unreadable"),
        ("not_before", -1, "trust_unreadable"),
    ],
)
def test_a_trust_file_that_trusts_nobody_or_says_nothing_is_a_usage_error(
    honest: Draft, field: str, value: object, code: str
) -> None:
    with pytest.raises(TrustError) as refused:
        trust_file.read(json.dumps({**honest.trust, field: value}).encode())
    assert code == refused.value.code
