"""Documents that others made, which may not stand in this repository: they lie beside it, or the test says so."""

from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


def files(pattern: str) -> list[Any]:
    """Every file of the third-party data that matches, for `parametrize`; one skipped case if there is none."""
    found = sorted(FOLDER.glob(pattern))
    if not found:
        reason = f"no third-party data at ../shared/data/{pattern}"
        return [pytest.param(FOLDER, marks=pytest.mark.skip(reason=reason), id="absent")]
    return [pytest.param(path, id=path.name) for path in found]
