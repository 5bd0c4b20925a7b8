"""Every way in which the program writes: its commands and the window's exports, as the fault matrix tries them."""

import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.preparation import (
    AS_IT_IS,
    Action,
    Correction,
    Step,
    preparation_path,
    save_corrections,
    save_preparation,
)
from core.documents.pdf import write_pdf
from core.evaluation.evaluate import evaluate
from core.evaluation.report_files import write_evaluation
from core.exports.dicom_identity import load_pseudonymizer
from core.exports.export_jobs import Export, ExportOrder, export_results, write_called_films
from core.jobs.events import Progressed, Stage
from core.models.model_card import build_card_document
from core.models.model_header import read_header
from core.recipes.recipe_json import save_recipe
from core.runs.run_folder import export_model
from core.runs.run_list import read_run, rename_run
from core.screening.events import ScreeningResult, Status
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.results_csv import read_rows
from core.screening.screening import screen
from core.screening.watch_folder import STILL_POLLS, watch
from core.system.error_messages import format_error
from core.training.training import train
from tests.factories import CLASSES, QUICK, drained, draw_film, write_films
from tests.faults.hostile_names import write_model
from tests.faults.program import write_recipe

FILMS = 20  # of each class: as few as an acceptance test takes
CALL = Call("a.png", "PNEUMONIA", True, "", "2026-01-01T12:00:00+01:00")
MODEL, LEDGER, RUN = "m.safetensors", "screened/r.csv", "earlier"
FAILED = 1


@dataclass(frozen=True)
class Door:
    """One way to write.

    run(place, output): work in the folder `place`, and write to `output`; returns an exit status.
    output: below `place`; "" for none. earlier: what becomes of an earlier output: "replaced",
    "refused", "continued". varies: suffixes of files that hold times. resume: as run, to go on after
    an interruption. excludes: whether two at once exclude each other. own: what `prepare` wrote that
    is an earlier output of this door, or of its format, which a dialog has asked about. reads_run:
    whether it needs a finished training. counts: a second run gives something else by design, as
    the next trial of a search, or a report that counts the uses of its films. keyed: files are named
    by a secret key of the program, which is another one without a home.
    """

    name: str
    run: Callable[[Path, Path], int]
    output: str = ""
    earlier: str = "replaced"
    varies: tuple[str, ...] = ()
    resume: Callable[[Path, Path], int] | None = None
    excludes: bool = False
    own: tuple[str, ...] = ()
    reads_run: bool = False
    counts: bool = False
    keyed: bool = False


def prepare(place: Path, with_run: bool) -> None:
    """Write what doors read: labelled films, a folder to screen with its results, a model, a run."""
    write_films(place / "films", FILMS, side=72)
    (place / "worklist").mkdir(parents=True)
    for seed, name in enumerate("abcd"):
        draw_film(100 + seed, seed % 2, 72).save(place / "worklist" / f"{name}.png")
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(place / "worklist" / "photo.png")
    (place / "worklist" / "notes.txt").write_text("no film")
    write_model(place / MODEL, CLASSES, ages_years=[1, 5])
    write_recipe(place / "recipe.json", epochs=1)
    cancel = threading.Event()
    load_pseudonymizer()  # makes the key
    if with_run:
        drained(train(place / "films", replace(QUICK, epochs=1), place / RUN, cancel))
    (place / "screened").mkdir()
    drained(screen(place / "worklist", place / LEDGER, place / MODEL, cancel))
    append_call(calls_path(place / LEDGER), CALL)


def command(*words: str) -> Callable[[Path, Path], int]:
    """Return how to run a command; words in capitals are files of the place, OUTPUT and beside it."""

    def run(place: Path, output: Path) -> int:
        import main

        names = {"OUTPUT": output, "FILMS": place / "films", "WORKLIST": place / "worklist", "MODEL": place / MODEL}
        names |= {"LEDGER": place / LEDGER, "RUN_MODEL": place / RUN / "best.safetensors"}
        names |= {"RECIPE": place / "recipe.json", "FILM": place / "worklist" / "a.png"}
        names |= {f"BESIDE/{name}": output.parent / name for name in ("p.json", "h.png", "a.json", "maps")}
        return main.main([str(names.get(word, word)) for word in words])

    return run


def job(write: Callable[[Path, Path], object]) -> Callable[[Path, Path], int]:
    """Return how to run a job of the window; a failure is told as the window tells it."""

    def run(place: Path, output: Path) -> int:
        try:
            write(place, output)
        except Exception as error:
            print(format_error(error) or f"inside the program: {error!r}", file=sys.stderr)
            return FAILED
        return 0

    return run


def _watch(place: Path, output: Path) -> None:
    """Watch until every file of the folder that is still there has its row."""
    cancel, polls = threading.Event(), 0
    with closing(watch(place / "worklist", output, place / MODEL, cancel, poll_seconds=0)) as events:
        for event in events:
            polls += isinstance(event, Progressed) and event.stage is Stage.WATCHING
            if polls > 2 * STILL_POLLS:
                cancel.set()


def _screened(place: Path) -> ScreeningResult:
    header = read_header(place / MODEL)
    rows = tuple(read_rows(place / LEDGER, header.classes, header.name))
    count = Counter(row.status for row in rows)
    return ScreeningResult(
        place / LEDGER, True, len(rows), count[Status.SCORED], count[Status.REFUSED], count[Status.FAILED], "", (), rows
    )


def _export(kind: Export) -> Callable[[Path, Path], int]:
    def write(place: Path, output: Path) -> None:
        order = ExportOrder(kind, output, _screened(place), place / "worklist", (CALL,), CLASSES)
        drained(export_results(order, place / MODEL, threading.Event()))

    return job(write)


def _save_corrections(place: Path, output: Path) -> None:
    step = Step("Left out", (Correction("NORMAL/N0000.png", Action.EXCLUDE),))
    save_corrections(AS_IT_IS.with_step(step), output, [place / "films"])


def _save_report(place: Path, output: Path) -> None:
    films = place / "films"
    _, evaluation = drained(evaluate(place / MODEL, films, None, threading.Event(), unseen=True))
    write_evaluation(evaluation, output)


def _save_labels(place: Path, output: Path) -> None:
    write_called_films(output, place / "worklist", (CALL,), _screened(place).rows, only_disagreements=False)


def _save_settings(_place: Path, _output: Path) -> None:
    from gui.state.settings import Settings, Theme, load_settings, save_settings

    save_settings(Settings(theme=Theme.LIGHT, welcomed=True))
    assert load_settings().theme in set(Theme)


TRAIN = ("train", "FILMS", "--recipe", "RECIPE", "--output", "OUTPUT")
SCREEN = ("screen", "WORKLIST", "--model", "MODEL", "--output", "OUTPUT", "--heatmaps", "BESIDE/maps")
EXPORT = ("export-results", "LEDGER", "--folder", "WORKLIST", "--model", "MODEL")
RUN_FILES = ("run.json", "events.jsonl", "search.journal")
DOORS = (
    Door("audit", command("audit", "FILMS", "--json", "OUTPUT", "--resolve", "BESIDE/p.json"), "out/a.json"),
    Door("train", command(*TRAIN), "out/run", "refused", RUN_FILES, command(*TRAIN, "--resume"), True),
    Door("search", command("search", *TRAIN[1:], "--trials", "1"), "out/search", "continued", RUN_FILES,
         excludes=True, counts=True),
    Door("evaluate", command("evaluate", "MODEL", "FILMS", "--output", "OUTPUT"), "out/report", excludes=True,
         counts=True),
    Door("accept", command("accept", "MODEL", "FILMS", "--output", "OUTPUT"), "out/accepted", "refused", excludes=True,
         counts=True),
    Door("operating-point", command("operating-point", "RUN_MODEL", "--wish", "best balance"), reads_run=True),
    Door("turn", command("turn", "MODEL", "--output", "OUTPUT"), "out/turned.safetensors", "refused"),
    Door("card", command("card", "MODEL", "--pdf", "OUTPUT"), "out/card.pdf"),
    Door("screen", command(*SCREEN), "out/r.csv", varies=(".state",), resume=command(*SCREEN, "--resume"),
         excludes=True, own=(LEDGER,)),
    Door("screen --watch", job(_watch), "out/r.csv", varies=(".state",), excludes=True, own=(LEDGER,)),
    Door("screen --score-anyway", command("screen", "WORKLIST", "--model", "MODEL", "--output", "LEDGER",
                                          "--score-anyway", "photo.png"), earlier="refused", varies=(".state",)),
    Door("export-results --csv", command(*EXPORT, "--csv", "OUTPUT"), "out/list.csv"),
    Door("export-results --dicom", command(*EXPORT, "--dicom", "OUTPUT"), "out", keyed=True),
    Door("read", command("read", "FILM", "--model", "MODEL", "--png", "OUTPUT", "--heat", "BESIDE/h.png", "--json",
                         "BESIDE/a.json"), "out/a.png"),
    Door("window: worklist as Excel", _export(Export.EXCEL), "out/list.xlsx", varies=(".xlsx",)),
    Door("window: summary as PDF", _export(Export.SUMMARY), "out/summary.pdf"),
    Door("window: reader's calls", _export(Export.CALLS), "out/calls.csv"),
    Door("window: call", job(lambda place, _: append_call(calls_path(place / LEDGER), CALL)), counts=True),
    Door("window: model", job(lambda place, output: export_model(place / RUN, output)), "out/exported.safetensors",
         own=(MODEL,), reads_run=True),
    Door("window: recipe", job(lambda _, output: save_recipe(QUICK, output, True)), "out/recipe.json",
         own=("recipe.json",)),
    Door("window: corrections", job(_save_corrections), "out/corrections.csv", own=(LEDGER,)),
    Door("window: card", job(lambda place, output: write_pdf(build_card_document(read_header(place / MODEL)), output,
                                                             overwrite=True)), "out/card.pdf"),
    Door("window: report", job(_save_report), "out/report", counts=True),
    Door("window: label list", job(_save_labels), "out/labels.csv", "refused"),
    Door("window: settings", job(_save_settings)),
    Door("window: name of a run", job(lambda place, _: rename_run(read_run(place / RUN), "mine", "a note")),
         reads_run=True),
    Door("window: decisions", job(lambda place, _: save_preparation(AS_IT_IS, preparation_path(place / "films")))),
)  # fmt: skip
