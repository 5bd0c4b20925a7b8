"""What a survey means for training: findings in words, with severity, films, advice and what one click can do."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film, Split
from core.datasets.events import FilmLeftOut, Finding, FindingKind, Shortcut
from core.datasets.preparation import Action, Correction, SplitChoice, Step
from core.datasets.splits import assign_splits
from core.datasets.survey import Survey
from core.jobs.events import Severity
from core.system.errors import JobFailed
from core.system.language import tr, tr_count

FEW_FILMS: Final = 50
IMBALANCE: Final = 3
TINY_VALIDATION: Final = 50  # films; the published set has 16, on which one film moves accuracy by 6 %
WIDE_BORDER: Final = 0.1  # share of the picture
COMMON: Final = 0.9  # a size or depth that so many films share is the rule, the others stand out
NOTED_SHORTCUT, STRONG_SHORTCUT = 0.60, 0.75  # lower bound of the AUC
RANK: Final = {Split.TEST: 2, Split.VALIDATION: 1, Split.TRAINING: 0, None: 0}


def collect_findings(
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
        *_colours_and_borders(dataset, found),
    ]
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: -order.index(finding.severity)))


def _named(dataset: Dataset, films: Iterable[Film], action: Action, value: str = "") -> tuple[Correction, ...]:
    return tuple(Correction(dataset.name_of(film.path), action, value) for film in films)


def _excluding(dataset: Dataset, films: Sequence[Film], label: str) -> Step:
    return Step(label, _named(dataset, films, Action.EXCLUDE))


def _paths(films: Iterable[Film]) -> tuple[Path, ...]:
    return tuple(film.path for film in films)


def _leaks(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    """Patients and copies in more than one given split."""
    by_patient: dict[str, list[Film]] = defaultdict(list)
    for film in dataset.films:
        by_patient[film.patient].append(film)
    findings = []
    for kind, groups in ((FindingKind.PATIENT_LEAK, list(by_patient.values())), (FindingKind.COPY_LEAK, copies)):
        leaking = [group for group in groups if len({film.split for film in group}) > 1]
        if not leaking:
            continue
        films = [film for group in leaking for film in group]
        in_test = sum(film.split is Split.TEST for film in films)
        sentence = _leak_in_words(kind, len(leaking), len(films), in_test)
        advice = tr(
            "Take those out of training and validation that also stand in the test split, which then stays as it is; "
            "or make new splits by patient."
        )
        fixes = _leak_fixes(dataset, leaking)
        findings.append(Finding(kind, Severity.BLOCKING, sentence, advice, _paths(films), fixes))
    return findings


def _leak_in_words(kind: FindingKind, groups: int, films: int, in_test: int) -> str:
    """What leaks; groups: patients, or groups of copies."""
    if kind is FindingKind.PATIENT_LEAK:
        return tr_count(
            "{count} patient ({films} films, {in_test} of them in the test split) stands in more than one split: "
            "figures on the test films would be too good to be true.",
            "{count} patients ({films} films, {in_test} of them in the test split) stand in more than one split: "
            "figures on the test films would be too good to be true.",
            groups,
            films=films,
            in_test=in_test,
        )
    return tr_count(
        "{count} group of copies ({films} films, {in_test} of them in the test split) stands in more than one split: "
        "figures on the test films would be too good to be true.",
        "{count} groups of copies ({films} films, {in_test} of them in the test split) stand in more than one split: "
        "figures on the test films would be too good to be true.",
        groups,
        films=films,
        in_test=in_test,
    )


def _leak_fixes(dataset: Dataset, leaking: Sequence[Sequence[Film]]) -> tuple[Step, ...]:
    """Take leaking films out of training and validation, so that the test split stays as it is; or split anew.

    The first only where it leaves most films of each class.
    """
    dropped = [film for group in leaking for film in group if RANK[film.split] < max(RANK[one.split] for one in group)]
    before = Counter((film.label, film.split) for film in dataset.films)
    lost = Counter((film.label, film.split) for film in dropped)
    new_splits = Step(tr("Make new splits by patient"), splits=SplitChoice.NEW)
    if any(2 * lost[key] > before[key] for key in lost):
        return (new_splits,)
    label = tr_count("Exclude {count} leaking film", "Exclude {count} leaking films", len(dropped))
    return (_excluding(dataset, dropped, label), new_splits)


def _conflicts(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    groups = [group for group in copies if len({film.label for film in group}) > 1]
    if not groups:
        return []
    films = [film for group in groups for film in group]
    sentence = tr_count(
        "{count} film ({files} files) stands in more than one class; at least one label is wrong.",
        "{count} films ({files} files) stand in more than one class; at least one label is wrong.",
        len(groups),
        files=len(films),
    )
    advice = tr("Look at them and relabel the wrong ones, or exclude them.")
    label = tr_count("Exclude {count} contradicting film", "Exclude {count} contradicting films", len(films))
    fixes = (_excluding(dataset, films, label),)
    return [Finding(FindingKind.LABEL_CONFLICT, Severity.BLOCKING, sentence, advice, _paths(films), fixes)]


def _unreadable(dataset: Dataset, left_out: Sequence[FilmLeftOut]) -> list[Finding]:
    if not left_out:
        return []
    files = tuple(film.path for film in left_out)
    sentence = tr_count(
        "{count} file cannot be read and takes no part.", "{count} files cannot be read and take no part.", len(files)
    )
    advice = tr("The reasons stand under Unreadable; export these films again if they matter.")
    fix = Step(
        tr_count("Exclude {count} unreadable file", "Exclude {count} unreadable files", len(files)),
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
    for kind, groups in ((FindingKind.EXACT_COPIES, identical), (FindingKind.NEAR_COPIES, near)):
        if groups:
            films = [film for group in groups for film in group]
            surplus = [film for group in groups for film in group[1:]]
            label = tr_count("Exclude {count} surplus copy", "Exclude {count} surplus copies", len(surplus))
            fix = _excluding(dataset, surplus, label)
            sentence = _copies_in_words(kind, len(groups), len(films))
            advice = tr("Keep one of each. Made splits never part them.")
            findings.append(Finding(kind, Severity.WARNING, sentence, advice, _paths(films), (fix,)))
    return findings


def _copies_in_words(kind: FindingKind, groups: int, films: int) -> str:
    if kind is FindingKind.EXACT_COPIES:
        return tr_count(
            "{count} group of identical files ({films} films).",
            "{count} groups of identical files ({films} films).",
            groups,
            films=films,
        )
    return tr_count(
        "{count} group of films that differ only in size, compression, brightness, crop or mirroring ({films} films).",
        "{count} groups of films that differ only in size, compression, brightness, crop or mirroring ({films} films).",
        groups,
        films=films,
    )


def _inverted(dataset: Dataset, found: Survey) -> list[Finding]:
    films = [film for film in dataset.films if film.path in found.inverted]
    if not films:
        return []
    sentence = tr_count(
        "{count} film seems to be inverted: dense tissue is dark in it.",
        "{count} films seem to be inverted: dense tissue is dark in them.",
        len(films),
    )
    advice = tr("Look at them; export them again with dense tissue white, or exclude them.")
    label = tr_count("Exclude {count} inverted film", "Exclude {count} inverted films", len(films))
    fixes = (_excluding(dataset, films, label),)
    return [Finding(FindingKind.INVERTED, Severity.WARNING, sentence, advice, _paths(films), fixes)]


def _shortcut(shortcuts: Sequence[Shortcut]) -> list[Finding]:
    """The best shortcut, where it is better than chance by a margin."""
    best = max(shortcuts, key=lambda shortcut: shortcut.auc.low, default=None)
    if best is None or best.auc.low < NOTED_SHORTCUT:
        return []
    strong = best.auc.low >= STRONG_SHORTCUT
    advice = (
        tr(
            "A network can learn this instead of the lungs. Export both classes the same way from the same devices; "
            "until then do not trust the figures beyond this dataset."
        )
        if strong
        else tr("The classes were not recorded quite alike. Check figures on films from elsewhere.")
    )
    severity = Severity.WARNING if strong else Severity.INFORMATION
    return [Finding(FindingKind.SHORTCUT, severity, best.sentence, advice)]


def _splits(dataset: Dataset, found: Survey) -> list[Finding]:
    """A validation split too small to choose a model with, and classes too small to be split at all."""
    findings = []
    validation, training = dataset.of_split(Split.VALIDATION), dataset.of_split(Split.TRAINING)
    if 0 < len(validation) < TINY_VALIDATION and len(training) > 4 * len(validation):
        sentence = tr_count(
            "The validation split has {count} film: one film more or less moves its accuracy by "
            "{percent:.0f} %, too coarse to choose a model and a threshold with.",
            "The validation split has {count} films: one film more or less moves its accuracy by "
            "{percent:.0f} %, too coarse to choose a model and a threshold with.",
            len(validation),
            percent=100 / len(validation),
        )
        fix = Step(tr("Make a new validation split by patient"), splits=SplitChoice.NEW_VALIDATION)
        advice = tr("Draw a new one, 15 % of the films that are not in the test split.")
        files = _paths(validation)
        findings.append(Finding(FindingKind.TINY_VALIDATION, Severity.WARNING, sentence, advice, files, (fix,)))
    try:
        assign_splits(dataset, 0, found.copies)
    except JobFailed as error:
        advice = tr("Add films of more patients, or correct how patients are told from file names.")
        findings.append(Finding(FindingKind.NO_SPLIT, Severity.BLOCKING, error.sentence, advice))
    return findings


def _balance(dataset: Dataset) -> list[Finding]:
    counts = {name: sum(film.label == label for film in dataset.films) for label, name in enumerate(dataset.classes)}
    findings = []
    for name, count in counts.items():
        if count < FEW_FILMS:
            sentence = tr_count("{name} has {count} film only.", "{name} has {count} films only.", count, name=name)
            findings.append(Finding(FindingKind.FEW_FILMS, Severity.WARNING, sentence, tr("Add films if you can.")))
    if max(counts.values()) > IMBALANCE * max(1, min(counts.values())):
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        sentence = tr("Films: {listed}.", listed=listed)
        advice = tr("The recipes fast and best weight the classes; accuracy alone misleads here.")
        findings.append(Finding(FindingKind.IMBALANCE, Severity.INFORMATION, sentence, advice))
    return findings


def _mixture(dataset: Dataset, found: Survey) -> list[Finding]:
    """Films recorded otherwise than most: size and depth."""
    facts = found.facts
    findings = []

    def unlike(kind_of: Callable[[Film], object]) -> tuple[list[Film], int]:
        kinds = Counter(kind_of(film) for film in dataset.films)
        usual = kinds.most_common(1)[0][0]
        return [film for film in dataset.films if kind_of(film) != usual], len(kinds)

    odd, kinds = unlike(lambda film: (facts[film.path].width, facts[film.path].height))
    if odd:
        widths = [facts[film.path].width for film in dataset.films]
        sentence = tr(
            "{count} sizes, {narrowest} to {widest} pixels wide.",
            count=kinds,
            narrowest=min(widths),
            widest=max(widths),
        )
        files = _paths(odd) if len(odd) < (1 - COMMON) * len(dataset.films) else ()
        advice = tr("Harmless where sizes are mixed in each class; the shortcut probe tells.")
        findings.append(Finding(FindingKind.SIZES, Severity.INFORMATION, sentence, advice, files))
    odd, _ = unlike(lambda film: facts[film.path].bits)
    if odd:
        sentence = tr_count(
            "{count} film has another bit depth than the rest.",
            "{count} films have another bit depth than the rest.",
            len(odd),
        )
        advice = tr(
            "They are scaled by the depth that their values need; look whether they are as bright as the others."
        )
        findings.append(Finding(FindingKind.DEPTHS, Severity.INFORMATION, sentence, advice, _paths(odd)))
    return findings


def _colours_and_borders(dataset: Dataset, found: Survey) -> list[Finding]:
    """Films that show what no bare chest film has: colours, wide plain borders."""
    findings = []
    if films := [film for film in dataset.films if found.facts[film.path].is_coloured]:
        sentence = tr_count("{count} film shows colours.", "{count} films show colours.", len(films))
        advice = tr("Chest films have none: look whether these are photographs, overlays or other pictures.")
        findings.append(Finding(FindingKind.COLOURED, Severity.INFORMATION, sentence, advice, _paths(films)))
    if films := [film for film in dataset.films if found.facts[film.path].border > WIDE_BORDER]:
        sentence = tr_count(
            "{count} film has a plain border over more than {share:.0%} of the picture.",
            "{count} films have a plain border over more than {share:.0%} of the picture.",
            len(films),
            share=WIDE_BORDER,
        )
        advice = tr("Crop them when you export; a border that goes with one class is a shortcut.")
        findings.append(Finding(FindingKind.BORDERS, Severity.INFORMATION, sentence, advice, _paths(films)))
    return findings
