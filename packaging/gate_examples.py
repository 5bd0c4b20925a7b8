"""Make examples of what the gate has to tell apart, from chest films and other pictures, and describe them.

Each film gives itself, altered copies, parts and made-up side views. Films in a wrong orientation
need no pictures: their features are those of upright films in another order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import altered_pictures as alterations
import numpy as np
from altered_pictures import ANYTHING, PART, Random, add_opacity, alter
from drawn_bodies import project_abdomen, project_skull
from drawn_thorax import project_thorax
from reportlab import __file__ as reportlab_file

from benchmarks import gate_pictures
from core.films.chest_phantom import draw_chest
from core.films.images import Grey, squash
from core.films.outline import SMALL_PX
from core.films.phantoms import draw_phantom
from core.input_checks.gate_features import describe_films
from core.input_checks.recogniser import KINDS
from core.system.errors import Reason

Pictures = Mapping[str, np.ndarray]  # by source or kind: (n, side, side) uint8
FRONTAL, ROTATED, INVERTED, CROPPED, LATERAL, OTHER = range(len(KINDS))
assert KINDS[1:] == (
    Reason.ROTATED,
    Reason.INVERTED,
    Reason.TOO_CROPPED,
    Reason.LATERAL_VIEW,
    Reason.NOT_A_CHEST_FILM,
)
FILMS = 1500  # of a source; more are left out
COPIES = 3000  # altered copies of the films of a source, at least one of each film
OTHER_COPIES = 20  # of each picture that shows no chest
THORAXES = 1500  # drawn ones, two of three from the side
DRAWN = 400  # pictures of each drawn kind
FIRST = 10_000  # their numbers; benchmarks/gate.py measures with lower ones


@dataclass(frozen=True)
class Examples:
    """Features (n, FEATURES) float32 of pictures, with their kind (index of KINDS) and group.

    group: source of a film, kind of another picture, or how it was made; examples of a kind are
    drawn from its groups in equal parts.
    """

    features: np.ndarray
    kinds: np.ndarray
    groups: np.ndarray

    def select(self, chosen: np.ndarray) -> "Examples":
        return Examples(self.features[chosen], self.kinds[chosen], self.groups[chosen])


def make_examples(films: Pictures, others: Pictures) -> Examples:
    """Return examples from frontal chest films by source and pictures of no chest by kind."""
    random = np.random.default_rng(0)
    small, kinds, groups = [], [], []
    for made in (_use_films(films, random), _use_others(others, random), _draw_chests(random), _draw_others(random)):
        for picture, kind, group in made:
            small.append(picture)
            kinds.append(kind)
            groups.append(group)
    return Examples(describe_films(np.stack(small)).astype(np.float32), np.array(kinds), np.array(groups))


Example = tuple[Grey, int, str]  # picture (SMALL_PX, SMALL_PX), kind, group


def _use_films(films: Pictures, random: Random) -> Iterator[Example]:
    """Yield films, copies, parts, made-up side views and pairs of films."""
    for source, squares in films.items():
        squares = squares[random.permutation(len(squares))[:FILMS]]
        copies = max(1, min(14, COPIES // len(squares)))
        for film in squares:
            yield squash(film, SMALL_PX), FRONTAL, source
            for copy in range(copies):
                shown = add_opacity(film, random) if copy % 3 == 1 else film
                yield alter(shown, random), FRONTAL, source
            for _ in range(max(1, copies // 3)):
                other = squares[random.integers(len(squares))]
                end = (alterations.END_PART, alterations.END_PART, alterations.QUARTER)[random.integers(3)]
                part = alterations.cut_part(film, random, alterations.SIDE_PART)
                yield alter(part, random, PART), CROPPED, f"{source}, side"
                yield alter(alterations.cut_part(film, random, end), random, PART), CROPPED, f"{source}, end"
                yield alter(alterations.superpose(film, other, random), random), LATERAL, f"{source}, superposed"
                if random.random() < 0.1:
                    yield alter(np.concatenate([film, other], axis=1), random), OTHER, f"{source}, two films"


def _use_others(others: Pictures, random: Random) -> Iterator[Example]:
    """Yield pictures of no chest, and copies in any orientation and framing."""
    for kind, squares in others.items():
        for picture in squares:
            yield squash(picture, SMALL_PX), OTHER, kind
            for _ in range(OTHER_COPIES):
                turned = np.rot90(picture, random.integers(4) if random.random() < 0.4 else 0)
                turned = 255 - turned if random.random() < 0.15 else turned
                yield alter(turned, random, ANYTHING), OTHER, kind


def _draw_chests(random: Random) -> Iterator[Example]:
    """Yield drawn chest films: those of the demo and the self-test, and drawn thoraxes from both directions."""
    for seed in range(DRAWN):
        has_finding = seed % 2 == 0
        drawn = {"demo": draw_chest(seed, has_finding), "self-test": draw_phantom(seed, has_finding, 96)}
        for group, film in drawn.items():
            yield squash(film, SMALL_PX), FRONTAL, group
            yield alter(film, random, PART), FRONTAL, group
    for seed in range(THORAXES):
        film = project_thorax(seed, seed % 3 > 0)
        yield alter(film, random), LATERAL if seed % 3 else FRONTAL, "drawn thorax"


def _draw_others(random: Random) -> Iterator[Example]:
    """Yield drawn pictures that are no chest films."""
    for seed in range(DRAWN):
        yield alter(project_skull(seed), random), OTHER, "drawn skull"
        yield alter(project_abdomen(seed), random), OTHER, "drawn abdomen"
    fonts = sorted((Path(reportlab_file).parent / "fonts").glob("Vera*.ttf"))
    drawn = {
        "documents": gate_pictures.draw_documents(DRAWN // 2, fonts, FIRST),
        "patterns": gate_pictures.draw_patterns(DRAWN, FIRST),
        "limbs": gate_pictures.draw_limbs(DRAWN // 2, FIRST),
        "slices": gate_pictures.draw_slices(DRAWN // 2, FIRST),
    }
    for group, pictures in drawn.items():
        for picture in pictures:
            grey = np.asarray(picture.convert("L"))
            yield squash(grey, SMALL_PX), OTHER, group
            yield alter(grey, random, ANYTHING), OTHER, group
