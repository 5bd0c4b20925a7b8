"""Findings on how films are stored: sizes, bit depths, colours and borders."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film
from core.datasets.events import Finding, FindingKind
from core.datasets.survey import Survey
from core.jobs.events import Severity
from core.system.language import tr, tr_count

WIDE_BORDER: Final = 0.1  # fraction of the picture
COMMON_FRACTION: Final = 0.9  # films with another size are listed only if at least this fraction shares one


def find_mixed_formats(dataset: Dataset, survey: Survey) -> list[Finding]:
    """Find films whose size or bit depth is not the most common one."""
    properties = survey.properties
    findings = []

    def find_unusual(value_of: Callable[[Film], object]) -> tuple[list[Film], int]:
        """Return the films without the most common value, and the number of different values."""
        values = Counter(value_of(film) for film in dataset.films)
        usual = values.most_common(1)[0][0]
        return [film for film in dataset.films if value_of(film) != usual], len(values)

    unusual, sizes = find_unusual(lambda film: (properties[film.path].width, properties[film.path].height))
    if unusual:
        widths = [properties[film.path].width for film in dataset.films]
        sentence = tr(
            "The films have {count} sizes, {narrowest} to {widest} pixels wide.",
            count=sizes,
            narrowest=min(widths),
            widest=max(widths),
        )
        files = paths_of(unusual) if len(unusual) < (1 - COMMON_FRACTION) * len(dataset.films) else ()
        advice = tr("See under Shortcuts whether the sizes tell the classes apart; if not, they do no harm.")
        findings.append(Finding(FindingKind.SIZES, Severity.INFORMATION, sentence, advice, files))
    unusual, _ = find_unusual(lambda film: properties[film.path].bits)
    if unusual:
        sentence = tr_count(
            "{count} film has another bit depth than the rest.",
            "{count} films have another bit depth than the rest.",
            len(unusual),
        )
        advice = tr("Look at them: they should be as bright as the others.")
        findings.append(Finding(FindingKind.DEPTHS, Severity.INFORMATION, sentence, advice, paths_of(unusual)))
    return findings


def find_colours_and_borders(dataset: Dataset, survey: Survey) -> list[Finding]:
    """Find films with colours or wide plain borders, which a plain chest film does not have."""
    findings = []
    if films := [film for film in dataset.films if survey.properties[film.path].is_coloured]:
        sentence = tr_count(
            "{count} film has colours, which a chest film has not.",
            "{count} films have colours, which chest films have not.",
            len(films),
        )
        advice = tr("Look at them, and exclude photographs, overlays and other pictures.")
        findings.append(Finding(FindingKind.COLOURED, Severity.INFORMATION, sentence, advice, paths_of(films)))
    if films := [film for film in dataset.films if survey.properties[film.path].border > WIDE_BORDER]:
        sentence = tr_count(
            "{count} film has a plain border over more than {share:.0%} of the picture.",
            "{count} films have a plain border over more than {share:.0%} of the picture.",
            len(films),
            share=WIDE_BORDER,
        )
        advice = tr("Crop it off when you export: a border that is mostly in one class is a shortcut.")
        findings.append(Finding(FindingKind.BORDERS, Severity.INFORMATION, sentence, advice, paths_of(films)))
    return findings


def paths_of(films: Iterable[Film]) -> tuple[Path, ...]:
    """Return the files of films."""
    return tuple(film.path for film in films)
