"""Which class is the finding, in the words of many languages."""

import pytest

from core.datasets.class_names import class_key, class_words, fold_classes, order_classes

PAIRS = [
    ("NORMAL", "PNEUMONIA"), ("nein", "ja"), ("unauffällig", "Pneumonie"), ("kein Befund", "Befund"),
    ("sain", "pneumonie"), ("sano", "neumonía"), ("-", "+"), ("−", "+"), ("0", "1"), ("0.0", "1.0"), ("False", "True"),
    ("Non-COVID", "COVID"), ("No Pneumonia", "Pneumonia"), ("no_finding", "finding"), ("control", "case"),
    ("Gesund", "Krank"), ("o.B.", "Pneumonie"), ("ohne Infiltrat", "mit Infiltrat"), ("brak zmian", "zapalenie płuc"),
    ("norma", "пневмония"), ("норма", "пневмония"), ("正常", "肺炎"), ("정상", "폐렴"),
    ("non malade", "malade"), ("normal", "xyz"),
    ("abc", "pneumonia"), ("negativ", "positiv"), ("Norm", "Pneu"), ("تقرير", "التهاب رئوي"),
    ("normal chest", "not normal"), ("thorax o. B. normal", "xyz"), ("control group", "viral pneumonia"),
]  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_the_finding_is_recognised_whatever_the_order(pair):
    for names in (pair, pair[::-1]):
        order = order_classes(names)
        assert (order.names, order.is_certain) == (pair, True)


@pytest.mark.parametrize(
    "pair", [("A", "B"), ("bacteria", "virus"), ("Klasse 1", "Klasse 2"), ("left", "right"), ("ER+", "ER-"), ("1", "2")]
)
def test_names_that_tell_nothing_are_not_certain(pair):
    order = order_classes(pair[::-1])
    assert order.names == tuple(sorted(pair))
    assert not order.is_certain


def test_a_person_has_the_last_word():
    order = order_classes(("NORMAL", "PNEUMONIA"), "normal")
    assert (order.names, order.is_certain) == (("PNEUMONIA", "NORMAL"), True)
    assert order_classes(("A", "B"), "A").names == ("B", "A")
    with pytest.raises(ValueError, match="C"):
        order_classes(("A", "B"), "C")


def test_of_several_classes_those_without_a_finding_come_first():
    order = order_classes(("virus", "bacteria", "kein Befund"))
    assert (order.names, order.is_certain) == (("kein Befund", "bacteria", "virus"), True)


def test_spellings_of_one_class_are_folded_into_the_most_frequent():
    used, spellings = fold_classes(
        ["Normal", "Pneumonia", "pneumonia", "pneumonia", "PNEUMONIA", "no finding", "No_Finding"]
    )
    assert {used[name] for name in ("Pneumonia", "pneumonia", "PNEUMONIA")} == {"pneumonia"}
    assert used["No_Finding"] == used["no finding"]
    assert used["Normal"] == "Normal"
    assert dict(spellings) == {
        "pneumonia": ("pneumonia", "PNEUMONIA", "Pneumonia"), "No_Finding": ("No_Finding", "no finding")
    }  # fmt: skip


def test_names_that_differ_in_more_than_spelling_are_not_folded():
    for first, second in (("ER+", "ER-"), ("-", "+"), ("grade 1", "grade 2"), ("A", "Ä B")):
        assert class_key(first) != class_key(second)
    assert class_key("neumonía") == class_key("NEUMONIA") == class_key(" Neumonia_")


def test_no_word_is_on_two_sides():
    words = class_words()
    assert not words["negative"] & words["positive"]
    assert not words["negations"] & words["positive"]
