"""Python and TypeScript give the same verdict on the same file, for the same reason, in the same words."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from contracts.compiler import ROOT
from tests.evidence.cheating import cheat
from tests.evidence.maker import Draft, evidence_of
from tests.evidence.spoiling import spoil, spoil_trust
from tests.evidence.stories import WITNESSES, draft, tell
from verifier import trust as trust_file
from verifier.check import check
from verifier.evidence import read
from verifier.refusal import Refusal, TrustError
from verifier.statement import statement

# `make prove` judges ten thousand.
FILES: Final = int(os.environ.get("SUYUAN_EVIDENCE_FILES", "200"))
_FILES_A_STORY: Final = 25


class Judge:
    """`frontend/test/verifyLines.ts`, bundled and running."""

    def __init__(self, folder: Path) -> None:
        script = folder / "verifyLines.mjs"
        source = ROOT / "frontend/test/verifyLines.ts"
        options = ("--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={script}")
        subprocess.run([ROOT / "node_modules/esbuild/bin/esbuild", source, *options], check=True)
        self._process = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self._process.communicate()  # It ends when its input does.

    def ask(self, evidence: str, trust: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"evidence": evidence, "trust": trust, "say": True}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    judge = Judge(tmp_path_factory.mktemp("judge"))
    yield judge
    judge.close()


def python(evidence: str, trust: str) -> dict[str, Any]:
    """What Python makes of the same."""
    try:
        trusted = trust_file.read(trust.encode())
        read_evidence = read(evidence.encode())
        verdict = check(read_evidence, trusted)
    except TrustError as error:
        return {"verdict": "unusable", "code": error.code}
    except Refusal as reason:
        return {"verdict": "refused", "code": reason.code, "place": reason.place}
    told = {language: statement(read_evidence, verdict, trusted, language) for language in ("zh", "en")}
    words = {
        language: {
            "proven": list(each.proven),
            "claimed": list(each.claimed),
            "doubts": list(each.doubts),
            "records": list(each.records),
        }
        for language, each in told.items()
    }
    return {"verdict": "valid", "code": None, "doubts": [list(each) for each in verdict.doubts], **words}


def files(count: int) -> Iterator[tuple[str, str]]:
    """Evidence files of random parks with their trust files, most of them spoiled somewhere; the same each time."""
    random = Random(20261122)
    for number in range(count):
        if number % _FILES_A_STORY == 0:
            story = tell(random.getrandbits(32), events=random.randint(1, 12))
            made = draft(story)
        if number % 2:
            yield spoil(random, made).decode("latin-1"), spoil_trust(random, made).decode()
        else:
            cheated = cheat(random, story)
            yield cheated.data.decode(), json.dumps(cheated.trust)


def test_two_languages_judge_the_same(typescript: Judge) -> None:
    codes: dict[str, int] = {}
    for evidence, trust in files(FILES):
        own = python(evidence, trust)
        assert own == typescript.ask(evidence, trust)
        code = own["code"] or "valid"
        codes[code] = codes.get(code, 0) + 1
    assert {"valid", "file_unreadable", "file_malformed", "signature_invalid", "trail_broken"} <= codes.keys(), codes


def test_two_languages_tell_of_every_kind_of_subject_the_same(typescript: Judge) -> None:
    for seed in range(3):
        story = tell(seed, events=25)
        made: Draft = evidence_of(story.park, [*story.holdings, *story.orders], 3, witnesses=WITNESSES)
        told = python(made.data.decode(), json.dumps(made.trust))
        assert "valid" == told["verdict"]
        assert told == typescript.ask(made.data.decode(), json.dumps(made.trust))
