"""Every text of templates and Python is in the catalogs and translated: `python -m rings.translations`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rings.catalog import ROOT

_SOURCE_LANGUAGE = "en"
_TEXTS = ("meet", "accounts", "rooms", "recordings", "templates")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="meet-messages-") as scratch:
        # What makemessages would write is compared, not written: a check leaves the tree alone.
        copy = Path(scratch)
        for name in _TEXTS:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        shutil.copy(ROOT / "manage.py", copy)
        make = [sys.executable, "manage.py", "makemessages", "--all", "--no-location", "--no-wrap", "--verbosity=0"]
        subprocess.run(make, cwd=copy, check=True)
        catalogs = sorted(copy.glob("meet/locale/*/LC_MESSAGES/*.po"))
        problems = [line for catalog in catalogs for line in _problems(catalog, str(catalog.relative_to(copy)))]
    if not catalogs:
        problems = ["there is no catalog below meet/locale"]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _problems(catalog: Path, name: str) -> list[str]:
    done = subprocess.run(
        ["msgfmt", "--check", "--statistics", "--output-file=/dev/null", str(catalog)],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode != 0:
        return [f"{name}: {done.stderr.strip()}"]
    if name.split("/")[2] == _SOURCE_LANGUAGE:
        return []  # the texts in the code are its translations
    bad = re.findall(r"\d+ (?:fuzzy|untranslated)[^,.]*", done.stderr)
    return [f"{name}: {', '.join(bad)} (run manage.py makemessages and translate)"] if bad else []


if __name__ == "__main__":
    sys.exit(main())
