"""Write a labelled set of synthetic phantoms, with which a new user can try everything."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from core.films.chest_phantom import draw_chest
from core.jobs.events import Progressed, Stage
from core.recipes.recipe import BEST, Augmentation
from core.system.files import explain_write_errors
from core.system.language import marked, tr

CLASSES: Final = ("NORMAL", "PNEUMONIA")
FILMS_OF_CLASS: Final = 60
WORKLIST_FILMS: Final = 16
DEMO_RECIPE: Final = replace(  # small and short: a result in about a minute on two cores
    BEST,
    name="demo",
    start="random",
    epochs=12,
    batch_size=16,
    image_size_px=112,
    small_share=0.0,
    backbone_rate_factor=1.0,
    averaging_decay=0.0,
    patience_epochs=0,  # with a hundred films the first epochs do not predict the last ones
    label_smoothing=0.0,
    augmentation=Augmentation(flip_probability=0.5, shift_fraction=0.03),
)
NOTE: Final = marked(
    "Synthetic phantoms, drawn by a formula. No film here shows a person; a model trained on them is a toy."
)


def make_demo(folder: Path, cancel: threading.Event) -> Generator[Progressed, None, Path]:
    """Write `folder`/phantoms and `folder`/worklist; return the folder of the dataset.

    phantoms holds class folders, worklist films without labels. If cancelled, stops after the
    current film; the films written so far stay.
    """
    films = [
        (folder / "phantoms" / name / f"phantom-{name.lower()}-{seed:03}.png", seed, label == 1)
        for seed in range(FILMS_OF_CLASS)
        for label, name in enumerate(CLASSES)
    ]
    films += [
        (folder / "worklist" / f"phantom-{number:03}.png", 1000 + number, number % 3 == 0)
        for number in range(WORKLIST_FILMS)
    ]
    with explain_write_errors(folder):
        for done, (path, seed, has_finding) in enumerate(films, start=1):
            if cancel.is_set():
                break
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_chest(seed, has_finding)).save(path)
            if done % 10 == 0 or done == len(films):
                yield Progressed(Stage.MAKING_PHANTOMS, done, len(films))
        (folder / "SYNTHETIC.txt").write_text(f"{tr(NOTE)}\n", "utf-8")
    return folder / "phantoms"
