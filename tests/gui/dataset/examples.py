"""Audits of datasets that never existed."""

from pathlib import Path

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import AuditResult, Finding, FindingKind, Shortcut
from core.datasets.preparation import AS_IT_IS, Action, Correction, Step
from core.jobs.events import Severity
from core.metrics.intervals import Figure
from core.system.errors import Reason

ROOT = Path("films")
TRAINING, VALIDATION, TEST = Split
FILMS = (
    Film(ROOT / "a1.png", 0, "a", TRAINING),
    Film(ROOT / "a2.png", 1, "a", TRAINING),
    Film(ROOT / "b1.png", 0, "b", VALIDATION),
    Film(ROOT / "c1.png", 1, "c", VALIDATION),
    Film(ROOT / "d1.png", 0, "d", TEST),
    Film(ROOT / "e1.png", 1, "e", TEST),
)
EXCLUDE = Step("Exclude 1 film", (Correction("d1.png", Action.EXCLUDE),))
RELABEL = Step("Relabel <b> & co", (Correction("a1.png", Action.RELABEL, "P&Q"),))
LEAK = Finding(
    FindingKind.COPY_LEAK, Severity.BLOCKING, "2 copies.", "Exclude one.",
    (ROOT / "d1.png", ROOT / "a1.png"), (EXCLUDE, RELABEL),
)  # fmt: skip
FEW = Finding(FindingKind.FEW_FILMS, Severity.WARNING, "Only 6 films.", "Add films.")
UNREADABLE = Finding(
    FindingKind.UNREADABLE, Severity.INFORMATION, "1 file.", "Look at it.", (ROOT / "torn\u202e.png",)
)  # fmt: skip
DOUBTS = Finding(FindingKind.DOUBTFUL, Severity.WARNING, "2 labels are doubtful.", "Look.", (ROOT / "e1.png",))
LEFT_OUT = FilmLeftOut(ROOT / "torn\u202e.png", Reason.DAMAGED, "It ends too early.")
BY_SIZE = Shortcut("image size", Figure(0.91, 0.8, 0.97), "Image size alone separates the classes.")


def audit(films=FILMS, findings=(LEAK, FEW, UNREADABLE), planned=None, preparation=AS_IT_IS, completed=True, **changes):
    """The audit of a dataset with the classes NORMAL and P&Q."""
    dataset = Dataset(ROOT, ("NORMAL", "P&Q"), tuple(films))
    values = {"left_out": (LEFT_OUT,), "shortcuts": (BY_SIZE,), **changes}
    return AuditResult(
        preparation, dataset, planned, values["left_out"], tuple(findings), (), {}, {}, values["shortcuts"], completed
    )  # fmt: skip
