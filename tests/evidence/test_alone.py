"""`suyuan-verify` as it is given away: a wheel of its own, with nothing of ours beside it, and no network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from contracts.compiler import ROOT
from tests.evidence.maker import Draft, evidence_of
from tests.evidence.stories import TENANT, WITNESSES, draft, one_holding, tell
from verifier.statement import say

# Opening a socket ends the program: it has nothing to ask anybody.
_START = """
import sys
sys.path[:] = [each for each in sys.path if "-packages" not in each] + sys.argv[1:3]
def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.")):
        raise SystemExit(f"the verifier tried {event}")
sys.addaudithook(watch)
from verifier.command import main
sys.exit(main(sys.argv[3:]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel's content, and a folder with what it says it needs and no other package."""
    folder = tmp_path_factory.mktemp("alone")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT / "verifier"], check=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "wheel")
        (metadata,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        needed = re.findall(r"^Requires-Dist: ([\w-]+)", archive.read(metadata).decode(), re.MULTILINE)
    assert ["coincurve", "safe-pysha3"] == needed
    (folder / "libraries").mkdir()
    for name in _with_what_they_need(needed):
        for file in distribution(name).files or ():
            top = file.parts[0]
            link = folder / "libraries" / top
            if top != ".." and not link.exists():
                link.symlink_to(Path(str(distribution(name).locate_file(top))))
    return folder / "wheel", folder / "libraries"


def _with_what_they_need(names: list[str]) -> set[str]:
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        wanted = [each for each in distribution(name).requires or () if "extra ==" not in each]
        names += [each for each in re.findall(r"^[\w-]+", "\n".join(wanted), re.MULTILINE) if each not in found]
    return found


def verify(installed: tuple[Path, Path], made: Draft, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "evidence.json").write_bytes(made.data)
    (folder / "trust.json").write_text(json.dumps(made.trust), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", "-c", _START, *map(str, installed)]
    files = ["evidence.json", "--trust", "trust.json"]
    return subprocess.run(
        [*command, *files, *options], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, env={}
    )


def test_an_honest_file_verifies_without_us(installed: tuple[Path, Path], tmp_path: Path) -> None:
    done = verify(installed, draft(tell(3)), tmp_path, "--lang", "en")
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("VALID\n")
    assert say("lines", "claimed", "en") in done.stdout
    assert "有效" in verify(installed, draft(tell(3)), tmp_path, "--lang", "zh").stdout


def test_a_spoiled_one_does_not_and_says_why(installed: tuple[Path, Path], tmp_path: Path) -> None:
    made = draft(tell(3))
    made.content["actions"][0]["value"]["occurredAt"] += 1
    done = verify(installed, made, tmp_path, "--lang", "en")
    assert (1, "") == (done.returncode, done.stderr)
    assert "action_not_in_batch (actions[0])" in done.stdout
    told = json.loads(verify(installed, made, tmp_path, "--json").stdout)
    assert ("invalid", "action_not_in_batch") == (told["verdict"], told["code"])


def test_a_doubt_refuses_only_the_strict(installed: tuple[Path, Path], tmp_path: Path) -> None:
    park, holding = one_holding()
    park.admit(TENANT.organisation, status=3)
    made = evidence_of(park, [holding], witnesses=WITNESSES)
    assert 0 == verify(installed, made, tmp_path).returncode
    strict = verify(installed, made, tmp_path, "--strict", "--json")
    assert (1, "doubtful") == (strict.returncode, json.loads(strict.stdout)["code"])


def test_a_trust_file_that_trusts_anybody_is_a_usage_error(installed: tuple[Path, Path], tmp_path: Path) -> None:
    made = draft(tell(3))
    made.trust["witnesses"] = {"threshold": 0, "addresses": []}
    done = verify(installed, made, tmp_path, "--lang", "en")
    assert (2, "") == (done.returncode, done.stdout)
    assert "trust_empty" in done.stderr
    assert 2 == verify(installed, made, tmp_path, "--trust", "nowhere.json").returncode
    assert 2 == verify(installed, made, tmp_path, "--colour").returncode
