"""The ring of keys that details are sealed by: a folder of keystores, one for each version."""

from pathlib import Path

from backend.details.sealing import Ring
from backend.failures import UsageFailure
from backend.keyring import Keyring, unlock


def open_ring(folder: Path, password: str) -> Ring:
    """Unlock every version in a folder.

    Raises:
        UsageFailure: `ring_empty`, or a keystore that cannot be read.
        Failure: `keystore_locked`.
    """
    keystores = {int(path.stem): path for path in folder.glob("*.json") if path.stem.isdecimal()}
    if not keystores:
        raise UsageFailure(
            "ring_empty",
            f"no keystore 1.json in {folder}",
            "run `suyuan secrets`, or restore the folder from its backup",
        )
    return Ring({version: unlock(path, password) for version, path in keystores.items()})


def add_version(folder: Path) -> int:
    """Make the next version's keystore, the first if there is none; its number."""
    versions = [int(path.stem) for path in folder.glob("*.json") if path.stem.isdecimal()]
    version = max(versions, default=0) + 1
    Keyring(folder).ensure(str(version))
    return version
