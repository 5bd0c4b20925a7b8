"""Sentences in the chosen language."""

from core.system.language import tr_count


def test_singular_and_plural(german):
    assert tr_count("{count} day", "{count} days", 1) == "1 Tag"
    assert tr_count("{count} day", "{count} days", 1200) == "1200 Tage"
