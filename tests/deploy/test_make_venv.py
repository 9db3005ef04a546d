"""Making the virtual environment where something is missing: here nothing is, so the tools are played."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci/make-venv"

# A python3 as Debian brings it: `ensurepip` is in a package of its own, here a file beside it.
DEBIAN_PYTHON = """
case "$*" in
  *version_info\\ *) exit 0 ;;
  *ensurepip*) [ -e "$(dirname "$0")/ensurepip" ] ;;
  *print*) echo python3.11 ;;
  --version) echo "Python 3.11.2" ;;
  "-m venv "*) mkdir "$3" ;;
esac
"""
OLD_PYTHON = "exit 1"
APT = """
echo "$*" >> "$(dirname "$0")/apt.log"
[ "$1" != install ] || touch "$(dirname "$0")/ensurepip"
"""


@pytest.fixture
def make_venv(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def make_venv(*, root: bool, **programs: str) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, text in {**programs, "id": f"echo {0 if root else 1000}"}.items():
            program = folder / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        for name in ("dirname", "touch", "mkdir"):
            (folder / name).symlink_to(str(shutil.which(name)))
        environment = {"PATH": str(folder)}
        return subprocess.run([SCRIPT, tmp_path / "venv"], env=environment, capture_output=True, text=True, check=False)

    return make_venv


def test_as_root_what_is_missing_is_installed(
    make_venv: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    outcome = make_venv(root=True, python3=DEBIAN_PYTHON, apt_get=APT)
    assert (0, True) == (outcome.returncode, (tmp_path / "venv").is_dir())
    assert [
        "update -qq",
        "install -qq -y --no-install-recommends python3.11-venv",
    ] == (tmp_path / "bin/apt.log").read_text().splitlines()
    assert "setup: installing python3.11-venv" in outcome.stderr


def test_without_root_the_command_that_installs_it_is_printed(
    make_venv: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    outcome = make_venv(root=False, python3=DEBIAN_PYTHON, apt_get=APT)
    assert (2, False) == (outcome.returncode, (tmp_path / "venv").exists())
    assert "run: sudo apt-get install python3.11-venv\n" in outcome.stderr
    assert not (tmp_path / "bin/apt.log").exists()


def test_an_old_python_is_passed_over_for_a_newer_one(
    make_venv: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    complete = DEBIAN_PYTHON.replace('[ -e "$(dirname "$0")/ensurepip" ]', "exit 0")
    outcome = make_venv(root=False, python3=OLD_PYTHON, **{"python3.11": complete})
    assert (0, True) == (outcome.returncode, (tmp_path / "venv").is_dir())


def test_without_any_python_the_next_step_is_printed(
    make_venv: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    outcome = make_venv(root=True, python3=OLD_PYTHON)
    assert 2 == outcome.returncode
    assert "setup: Python 3.11 or later is missing - install it" in outcome.stderr
