"""What the docs point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def _steps_paths() -> list[str]:
    text = (ROOT / "docs" / "adding-an-event-kind.md").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"`((?:contracts|indexer|backend|frontend|tests|docs)/[\w./-]*)`", text)))


@pytest.mark.parametrize("path", _steps_paths())
def test_each_path_in_the_steps_for_an_event_kind_exists(path: str) -> None:
    """A newcomer who follows the steps must not meet a file that moved."""
    assert (ROOT / path).exists()


def test_the_steps_name_a_path_in_every_part() -> None:
    """The steps lead from the contract to the screen, leaving no part out."""
    parts = {path.split("/")[0] for path in _steps_paths()}
    assert {"contracts", "indexer", "backend", "frontend"} <= parts


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_link_in_the_docs_leads_somewhere(document: Path) -> None:
    """Links to files of ours, from README and docs."""
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert [] == [link for link in links if not (document.parent / link).exists()]


def test_the_readme_names_the_two_commands_on_its_first_screen() -> None:
    """One sentence, a picture, two commands, what you then see, and where to go on: within fifty lines."""
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:36])
    for needed in ("make demo", "make test", "docs/architecture.md", "index verify"):
        assert needed in first_screen


def test_every_setting_is_documented() -> None:
    """An operator finds each variable of `backend/settings.py` in docs/operating.md."""
    from backend.settings import PREFIX, Settings

    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    assert [] == [name for name in names if f"`{name}`" not in text]


def test_the_operators_page_names_halts_that_exist() -> None:
    """A code that was renamed would leave the operator searching."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    at_night = text.split("## At three in the morning")[1]
    codes = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", at_night))
    sources = "\n".join(
        path.read_text(encoding="utf-8") for part in ("indexer", "backend") for path in (ROOT / part).rglob("*.py")
    )
    assert [] == sorted(code for code in codes if f'"{code}"' not in sources)
