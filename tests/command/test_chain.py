"""`suyuan chain deploy`: the record it writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from backend.keyring import Keyring
from backend.sandbox.anvil import Anvil

DEPLOY = (sys.executable, "-m", "backend.cli", "chain", "deploy")


def deploy(chain: Anvil, keys: Keyring, record: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *DEPLOY,
            *("--keystore", str(keys.path("deployer")), "--password-file", str(keys.password_file)),
            *("--operator", keys.address("operator"), "--authority", keys.address("authority")),
        ],
        env={**os.environ, "SUYUAN_RPC_URL": chain.url, "SUYUAN_DEPLOYMENT": str(record), "SUYUAN_MODE": "demo"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_record_of_another_chain_is_not_written_over(own_anvil: Anvil, tmp_path: Path) -> None:
    """Whoever points at the wrong node must not lose where the contracts of the right one are."""
    keys = Keyring(tmp_path / "keys")
    keys.ensure("deployer", own_anvil.funded_keys[0])
    for name in ("operator", "authority"):
        keys.ensure(name)
    record = tmp_path / "deployment.json"
    first = deploy(own_anvil, keys, record)
    assert 0 == first.returncode, first.stderr
    elsewhere = json.loads(record.read_text()) | {"genesis_hash": "0x" + "11" * 32}
    record.write_text(json.dumps(elsewhere))
    again = deploy(own_anvil, keys, record)
    assert 1 == again.returncode
    assert again.stderr.startswith("deployment_of_another_chain: ")
    assert elsewhere == json.loads(record.read_text())
