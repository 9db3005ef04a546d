"""Writes the frozen vectors: `python -m tests.evidence.vectors`. They say what a verifier of this format must answer.

A verifier that answers otherwise is wrong; a change of the format is another format, with vectors of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from contracts.signatures import keccak
from tests.evidence.maker import NOW, Draft, act_of, checkpoint_of, evidence_of, header_of
from tests.evidence.spoiling import resort, spoil, spoil_trust
from tests.evidence.stories import TENANT, WITNESSES, draft, one_holding, signer, tell
from tests.evidence.test_two_languages import python
from verifier.canonical import blob

FILE: Final = Path(__file__).with_name("vectors.json")
_OF_EACH_CODE: Final = 2


def vectors() -> Iterator[dict[str, Any]]:
    """Files with their trust files and what is to be answered: a few of each code that chance meets."""
    for made in (*_of_keys(), *_of_proofs(), _of_seals()):
        yield _answered(made.data.decode(), json.dumps(made.trust))
    random = Random(1)
    met: dict[str | None, int] = {}
    for seed in range(60):
        made = draft(tell(seed, events=2))
        for _ in range(20):
            evidence, trust = spoil(random, made).decode("latin-1"), spoil_trust(random, made).decode()
            answer = python(evidence, trust)
            met[answer["code"]] = met.get(answer["code"], 0) + 1
            if met[answer["code"]] <= _OF_EACH_CODE:
                yield _answered(evidence, trust)


def _answered(evidence: str, trust: str) -> dict[str, Any]:
    answer = python(evidence, trust)
    return {"evidence": evidence, "trust": trust, "verdict": answer["verdict"], "code": answer["code"]}


def _of_keys() -> Iterator[Draft]:
    """Keys revoked, expired, not valid yet and unknown, when they signed."""
    for ends in ({"revoked": NOW - 6000}, {"until": NOW - 6000}, {"since": NOW + 3601}, {"revoked": NOW + 5}):
        park, holding = one_holding()
        park.enrol(TENANT, **ends)
        yield evidence_of(park, [holding], witnesses=WITNESSES)
    park, holding = one_holding()
    park.record(signer("stranger", 9), [act_of(Random(3), "PlaceHold", [holding], holding=holding[2])])
    yield evidence_of(park, [holding], witnesses=WITNESSES)


def _of_proofs() -> Iterator[Draft]:
    """A node that is none, and one too many."""
    for node, header in ((b"\xc3\x01\x02\x03", header_of(keccak(b"\xc3\x01\x02\x03"))), (b"\xc2\x01\x02" * 20, None)):
        park, holding = one_holding()
        made = evidence_of(park, [holding], witnesses=WITNESSES)
        made.content["nodes"].append(blob(node))
        if header is not None:
            made.content["anchor"] = {"header": blob(header), "checkpoint": checkpoint_of(header, WITNESSES)}
        yield resort(made)


def _of_seals() -> Draft:
    """A header nobody sealed, where seals are asked for."""
    park, holding = one_holding()
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    made.trust["seals"] = {"kind": "clique", "validators": [TENANT.address]}
    return made


if __name__ == "__main__":
    FILE.write_text(json.dumps(list(vectors()), indent=1) + "\n", encoding="utf-8")
