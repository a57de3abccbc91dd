"""`make reset`: back to the first start, by deleting the data directory."""

import os
import shutil
import sys
from pathlib import Path

import environ

from meet.supervisor import claims
from meet.supervisor.child import ROOT


def main() -> int:
    # Not from the settings: they would make the directory, and secrets in it.
    data = Path(environ.FileAwareEnv()("MEET_DATA_DIR", default=str(ROOT / "var"))).resolve()
    try:
        return _reset(data)
    except claims.Refusal as refusal:
        print(f"meet: {refusal}", file=sys.stderr)
        return 1


def _reset(data: Path) -> int:
    if not data.exists():
        print(f"There is no {data}: nothing to delete.")
        return 0
    # A mistyped MEET_DATA_DIR must not cost somebody a home directory.
    if not (data / "secrets").is_dir() or any(place.is_relative_to(data) for place in (ROOT, Path.home())):
        raise claims.Refusal(f"{data} does not look like a data directory of Meet; nothing was deleted.")
    with claims.data_directory(data):
        if os.environ.get("FORCE") != "1":
            print(f"This deletes {data}: embedded database, secrets, recordings, everything in it.")
            if input("Type yes to delete: ").strip() != "yes":
                print("Nothing was deleted.")
                return 1
        shutil.rmtree(data)
    print(f"{data} was deleted. The next «make run» is a first start.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
