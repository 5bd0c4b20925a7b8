"""What is kept of films that were read once: used again, never trusted when damaged, without names."""

import pytest

from core.datasets.audit import audit
from tests.factories import drained, draw_film

pytestmark = pytest.mark.usefixtures("no_shortcut_probe")


def test_the_second_opening_reads_no_film_again(split_folders, cancel, monkeypatch):
    _, first = drained(audit(split_folders, cancel))
    changed = split_folders / "train/NORMAL/p000_1.png"
    draw_film(77, 0).save(changed)
    read = []
    from core.datasets import survey

    monkeypatch.setattr(
        survey, "read_properties", lambda path, real=survey.read_properties: read.append(path) or real(path)
    )
    _, second = drained(audit(split_folders, cancel))
    assert read == [changed]
    assert len(second.dataset.films) == len(first.dataset.films)


def test_a_damaged_cache_is_only_slower(split_folders, cancel, tmp_path):
    _, first = drained(audit(split_folders, cancel))
    for path in (tmp_path / "app-cache").rglob("*.sqlite"):
        path.write_bytes(b"no database" * 1000)
    _, second = drained(audit(split_folders, cancel))
    assert second.findings == first.findings


def test_the_cache_holds_no_name(split_folders, cancel, tmp_path):
    drained(audit(split_folders, cancel))
    content = b"".join(path.read_bytes() for path in (tmp_path / "app-cache").rglob("*.sqlite"))
    assert content
    assert b"p000_1" not in content
