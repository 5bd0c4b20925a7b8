"""Which class is the finding, in the words of many languages."""

import pytest

from core.datasets.class_names import class_key, class_words, describe_spellings, fold_classes, order_classes

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


TWINS = {  # what looks like NORMAL, or nearly
    "case": "Normal", "blanks": " NORMAL\xa0", "ideographic blank": "NORMAL\u3000", "no width": "NOR\u200bMAL",
    "byte order mark": "\ufeffNORMAL", "soft hyphen": "NOR\xadMAL", "right to left": "\u202eNORMAL\u202c",
    "control": "NORMAL\x04", "variant": "NORMAL\ufe0f", "joined": "N\u034fORMAL", "full width": "ＮＯＲＭＡＬ",
    "Cyrillic": "NОRМАL", "Greek": "ΝΟRΜΑL", "bold": "𝐍𝐎𝐑𝐌𝐀𝐋", "accents apart": "NO\u0301RMAL", "phonetic": "normɑl",
}  # fmt: skip


@pytest.mark.parametrize("twin", TWINS.values(), ids=list(TWINS))
def test_twins_of_a_name_are_one_class(twin):
    used, spellings = fold_classes(["NORMAL", "NORMAL", twin, "PNEUMONIA"])
    assert used == {"NORMAL": "NORMAL", twin: "NORMAL", "PNEUMONIA": "PNEUMONIA"}
    assert spellings == {"NORMAL": ("NORMAL", twin)}
    assert order_classes((twin, "PNEUMONIA")).names == (twin, "PNEUMONIA")


def test_words_in_other_letters_keep_their_cases_and_meaning():
    assert class_key("НОРМА") == class_key("норма")
    assert class_key("ΦΥΣΙΟΛΟΓΙΚΌ") == class_key("φυσιολογικό")
    for first, second in (("норма", "нормы"), ("O", "0"), ("I", "l"), ("正常", "異常"), ("ก", "กา")):
        assert class_key(first) != class_key(second)


def test_a_spelling_shows_what_cannot_be_told_by_sight():
    assert describe_spellings(["NORMAL", "NОR\u200bMAL ", "Normal"]) == '"NORMAL", "N[U+041E]R[U+200B]MAL ", "Normal"'
    assert describe_spellings(["Норма", "норма"]) == '"Норма", "норма"'
    assert describe_spellings(["é", "e\u0301"]) == '"é", "e[U+0301]"'


def test_names_that_differ_in_more_than_spelling_are_not_folded():
    for first, second in (("ER+", "ER-"), ("-", "+"), ("grade 1", "grade 2"), ("A", "Ä B")):
        assert class_key(first) != class_key(second)
    assert class_key("neumonía") == class_key("NEUMONIA") == class_key(" Neumonia_")


def test_no_word_is_on_two_sides():
    words = class_words()
    assert not words["negative"] & words["positive"]
    assert not words["negations"] & words["positive"]
