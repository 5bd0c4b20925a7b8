"""Every model that this project's history carries is loaded, shown, screened with, and trained on by this version.

    python tests/faults/earlier_models.py

Needs the git history (a clone that is not shallow). Exit status 1 where a model is neither used nor refused in words.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.models.model_header import BUNDLED_MODEL
from tests.faults.program import INTERNAL, ROOT, ran, write_films

MODEL = f"resources/{BUNDLED_MODEL}"


def earlier():
    """Commit and content of each model, the newest first."""
    log = ["git", "log", "--format=%h", "--", MODEL]
    for commit in subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split():
        shown = subprocess.run(["git", "show", f"{commit}:{MODEL}"], cwd=ROOT, capture_output=True)
        if shown.returncode == 0:
            yield commit, shown.stdout


def main():
    tried = broken = 0
    with tempfile.TemporaryDirectory(prefix="models-") as name:
        place = Path(name)
        films = write_films(place / "films", 8, side=128)
        for commit, content in earlier():
            model = place / f"{commit}.safetensors"
            model.write_bytes(content)
            output = place / f"{commit}.csv"
            for command in (
                ["card", model],
                ["operating-point", model],
                ["screen", films, "--output", output, "--model", model],
            ):
                status, said = ran(command, place)
                whole = status in {0, 1, 3} and not any(word in said for word in INTERNAL)
                tried, broken = tried + 1, broken + (not whole)
                print(f"{commit} {command[0]}: status {status}; {said.strip().splitlines()[-1][:150]}", flush=True)
    print(f"{tried} uses of earlier models, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
