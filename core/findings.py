"""What a survey means for training: findings in words, with severity, films, advice and what one click can do."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from core.dataset import Dataset, Film, Split
from core.errors import JobFailed
from core.events import FilmLeftOut, Finding, FindingKind, Severity, Shortcut
from core.preparation import Action, Correction, SplitChoice, Step
from core.splits import with_splits
from core.survey import Survey

FEW_FILMS: Final = 50
IMBALANCE: Final = 3
TINY_VALIDATION: Final = 50  # films; the published set has 16, on which one film moves accuracy by 6 %
WIDE_BORDER: Final = 0.1  # share of the picture
COMMON: Final = 0.9  # a size or depth that so many films share is the rule, the others stand out
NOTED_SHORTCUT, STRONG_SHORTCUT = 0.60, 0.75  # lower bound of the AUC
RANK: Final = {Split.TEST: 2, Split.VALIDATION: 1, Split.TRAINING: 0, None: 0}
TOO_GOOD: Final = "figures on the test films would be too good to be true"
NEW_SPLITS: Final = Step("Make new splits by patient", splits=SplitChoice.NEW)


def findings_of(
    found: Survey, dataset: Dataset, left_out: Sequence[FilmLeftOut], shortcuts: Sequence[Shortcut]
) -> tuple[Finding, ...]:
    """All findings about the corrected dataset, the worst first."""
    present = {film.path: film for film in dataset.films}
    copies = [[present[path] for path in group if path in present] for group in found.copies]
    exact = [[present[path] for path in group if path in present] for group in found.exact]
    findings = [
        *_leaks(dataset, copies),
        *_conflicts(dataset, copies),
        *_unreadable(dataset, left_out),
        *_copies(dataset, copies, exact),
        *_inverted(dataset, found),
        *_shortcut(shortcuts),
        *_splits(dataset, found),
        *_balance(dataset),
        *_mixture(dataset, found),
    ]
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: -order.index(finding.severity)))


def _named(dataset: Dataset, films: Iterable[Film], action: Action, value: str = "") -> tuple[Correction, ...]:
    return tuple(Correction(dataset.name_of(film.path), action, value) for film in films)


def _excluding(dataset: Dataset, films: Sequence[Film], what: str) -> Step:
    return Step(f"Exclude {len(films)} {what}", _named(dataset, films, Action.EXCLUDE))


def _paths(films: Iterable[Film]) -> tuple[Path, ...]:
    return tuple(film.path for film in films)


def _leaks(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    """Patients and copies in more than one given split."""
    by_patient: dict[str, list[Film]] = defaultdict(list)
    for film in dataset.films:
        by_patient[film.patient].append(film)
    findings = []
    for kind, groups, what in (
        (FindingKind.PATIENT_LEAK, list(by_patient.values()), "patients"),
        (FindingKind.COPY_LEAK, copies, "groups of copies"),
    ):
        leaking = [group for group in groups if len({film.split for film in group}) > 1]
        if not leaking:
            continue
        films = [film for group in leaking for film in group]
        in_test = sum(film.split is Split.TEST for film in films)
        sentence = (
            f"{len(leaking)} {what} ({len(films)} films, {in_test} of them in the test split) stand in more than one "
            f"split: {TOO_GOOD}."
        )
        advice = (
            "Take those out of training and validation that also stand in the test split, which then stays as it is; "
            "or make new splits by patient."
        )
        fixes = _leak_fixes(dataset, leaking)
        findings.append(Finding(kind, Severity.BLOCKING, sentence, advice, _paths(films), fixes))
    return findings


def _leak_fixes(dataset: Dataset, leaking: Sequence[Sequence[Film]]) -> tuple[Step, ...]:
    """Take leaking films out of training and validation, so that the test split stays as it is; or split anew.

    The first only where it leaves most films of each class.
    """
    dropped = [film for group in leaking for film in group if RANK[film.split] < max(RANK[one.split] for one in group)]
    before = Counter((film.label, film.split) for film in dataset.films)
    lost = Counter((film.label, film.split) for film in dropped)
    if any(2 * lost[key] > before[key] for key in lost):
        return (NEW_SPLITS,)
    return (_excluding(dataset, dropped, "leaking films"), NEW_SPLITS)


def _conflicts(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    groups = [group for group in copies if len({film.label for film in group}) > 1]
    if not groups:
        return []
    films = [film for group in groups for film in group]
    sentence = f"{len(groups)} films ({len(films)} files) stand in more than one class; at least one label is wrong."
    advice = "Look at them and relabel the wrong ones, or exclude them."
    fixes = (_excluding(dataset, films, "contradicting films"),)
    return [Finding(FindingKind.LABEL_CONFLICT, Severity.BLOCKING, sentence, advice, _paths(films), fixes)]


def _unreadable(dataset: Dataset, left_out: Sequence[FilmLeftOut]) -> list[Finding]:
    if not left_out:
        return []
    files = tuple(film.path for film in left_out)
    sentence = f"{len(files)} files cannot be read and take no part."
    advice = "The reasons stand under Unreadable; export these films again if they matter."
    fix = Step(
        f"Exclude {len(files)} unreadable files",
        tuple(Correction(dataset.name_of(path), Action.EXCLUDE) for path in files),
    )
    return [Finding(FindingKind.UNREADABLE, Severity.WARNING, sentence, advice, files, (fix,))]


def _copies(dataset: Dataset, copies: Sequence[Sequence[Film]], exact: Sequence[Sequence[Film]]) -> list[Finding]:
    """Copies that neither contradict one another nor leak: they only count one film twice."""

    def harmless(group: Sequence[Film]) -> bool:
        return len(group) > 1 and len({(film.label, film.split) for film in group}) == 1

    identical = [group for group in exact if harmless(group)]
    extra = {film.path for group in identical for film in group[1:]}
    near = [rest for group in copies if harmless(group) and len(rest := [f for f in group if f.path not in extra]) > 1]
    findings = []
    for kind, groups, what in (
        (FindingKind.EXACT_COPIES, identical, "identical files"),
        (FindingKind.NEAR_COPIES, near, "films that differ only in size, compression, brightness, crop or mirroring"),
    ):
        if groups:
            films = [film for group in groups for film in group]
            fix = _excluding(dataset, [film for group in groups for film in group[1:]], "surplus copies")
            sentence = f"{len(groups)} groups of {what} ({len(films)} films)."
            advice = "Keep one of each. Made splits never part them."
            findings.append(Finding(kind, Severity.WARNING, sentence, advice, _paths(films), (fix,)))
    return findings


def _inverted(dataset: Dataset, found: Survey) -> list[Finding]:
    films = [film for film in dataset.films if film.path in found.inverted]
    if not films:
        return []
    sentence = f"{len(films)} films seem to be inverted: dense tissue is dark in them."
    advice = "Look at them; export them again with dense tissue white, or exclude them."
    fixes = (_excluding(dataset, films, "inverted films"),)
    return [Finding(FindingKind.INVERTED, Severity.WARNING, sentence, advice, _paths(films), fixes)]


def _shortcut(shortcuts: Sequence[Shortcut]) -> list[Finding]:
    """The best shortcut, where it is better than chance by a margin."""
    best = max(shortcuts, key=lambda shortcut: shortcut.auc.low, default=None)
    if best is None or best.auc.low < NOTED_SHORTCUT:
        return []
    strong = best.auc.low >= STRONG_SHORTCUT
    advice = (
        "A network can learn this instead of the lungs. Export both classes the same way from the same devices; "
        "until then do not trust the figures beyond this dataset."
        if strong
        else "The classes were not recorded quite alike. Check figures on films from elsewhere."
    )
    severity = Severity.WARNING if strong else Severity.INFORMATION
    return [Finding(FindingKind.SHORTCUT, severity, best.sentence, advice)]


def _splits(dataset: Dataset, found: Survey) -> list[Finding]:
    """A validation split too small to choose a model with, and classes too small to be split at all."""
    findings = []
    validation, training = dataset.of_split(Split.VALIDATION), dataset.of_split(Split.TRAINING)
    if 0 < len(validation) < TINY_VALIDATION and len(training) > 4 * len(validation):
        sentence = (
            f"The validation split has {len(validation)} films: one film more or less moves its accuracy by "
            f"{100 / len(validation):.0f} %, too coarse to choose a model and a threshold with."
        )
        fix = Step("Make a new validation split by patient", splits=SplitChoice.NEW_VALIDATION)
        advice = "Draw a new one, 15 % of the films that are not in the test split."
        files = _paths(validation)
        findings.append(Finding(FindingKind.TINY_VALIDATION, Severity.WARNING, sentence, advice, files, (fix,)))
    try:
        with_splits(dataset, 0, found.copies)
    except JobFailed as error:
        advice = "Add films of more patients, or correct how patients are told from file names."
        findings.append(Finding(FindingKind.NO_SPLIT, Severity.BLOCKING, error.sentence, advice))
    return findings


def _balance(dataset: Dataset) -> list[Finding]:
    counts = {name: sum(film.label == label for film in dataset.films) for label, name in enumerate(dataset.classes)}
    findings = [
        Finding(FindingKind.FEW_FILMS, Severity.WARNING, f"{name} has {count} films only.", "Add films if you can.")
        for name, count in counts.items()
        if count < FEW_FILMS
    ]
    if max(counts.values()) > IMBALANCE * max(1, min(counts.values())):
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        advice = "The recipes fast and best weight the classes; accuracy alone misleads here."
        findings.append(Finding(FindingKind.IMBALANCE, Severity.INFORMATION, f"Films: {listed}.", advice))
    return findings


def _mixture(dataset: Dataset, found: Survey) -> list[Finding]:
    """Films recorded otherwise than most: size, depth, colour, border."""
    facts = found.facts
    findings = []

    def unlike(kind_of: Callable[[Film], object]) -> tuple[list[Film], int]:
        kinds = Counter(kind_of(film) for film in dataset.films)
        usual = kinds.most_common(1)[0][0]
        return [film for film in dataset.films if kind_of(film) != usual], len(kinds)

    odd, kinds = unlike(lambda film: (facts[film.path].width, facts[film.path].height))
    if odd:
        widths = [facts[film.path].width for film in dataset.films]
        sentence = f"{kinds} sizes, {min(widths)} to {max(widths)} pixels wide."
        files = _paths(odd) if len(odd) < (1 - COMMON) * len(dataset.films) else ()
        advice = "Harmless where sizes are mixed in each class; the shortcut probe tells."
        findings.append(Finding(FindingKind.SIZES, Severity.INFORMATION, sentence, advice, files))
    odd, _ = unlike(lambda film: facts[film.path].bits)
    if odd:
        sentence = f"{len(odd)} films have another bit depth than the rest."
        advice = "They are scaled by the depth that their values need; look whether they are as bright as the others."
        findings.append(Finding(FindingKind.DEPTHS, Severity.INFORMATION, sentence, advice, _paths(odd)))
    for kind, films, what, advice in (
        (
            FindingKind.COLOURED,
            [film for film in dataset.films if facts[film.path].is_coloured],
            "show colours",
            "Chest films have none: look whether these are photographs, overlays or other pictures.",
        ),
        (
            FindingKind.BORDERS,
            [film for film in dataset.films if facts[film.path].border > WIDE_BORDER],
            f"have a plain border over more than {WIDE_BORDER:.0%} of the picture",
            "Crop them when you export; a border that goes with one class is a shortcut.",
        ),
    ):
        if films:
            sentence = f"{len(films)} films {what}."
            findings.append(Finding(kind, Severity.INFORMATION, sentence, advice, _paths(films)))
    return findings
