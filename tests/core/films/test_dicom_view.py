"""Views and orientations: lateral films are known, turned ones are turned upright."""

import numpy as np
import pytest

from core.films.dicom_view import FRONTAL_CODES, SIDE_CODES, read_view, turn_upright
from core.films.film_notes import Note
from tests.core.films.examples import FILM, edit, item, items, read, store

WIDE = FILM[:80]


def view_of(**tags):
    facts = read(store(WIDE, **tags))[1]
    return facts.view, facts.is_lateral, facts.notes


@pytest.mark.parametrize(
    ("stated", "view", "is_lateral"),
    [
        ("PA", "PA", False), ("AP", "AP", False), ("pa", "PA", False), ("", "", False), ("LL", "LL", True),
        ("RL", "RL", True), ("LAT", "LAT", True), ("LATERAL", "LATERAL", True), ("LLO", "LLO", True),
        ("RAO", "RAO", True), ("LPO", "LPO", True), ("OBLIQUE", "OBLIQUE", True), ("ll", "LL", True),
        ("RLD", "RLD", False), ("LLD", "LLD", False), ("LLATERAL", "LLATERAL", True),
        ("ANTERO-POSTERIOR", "ANTERO-POSTERIOR", False),
    ],
)  # fmt: skip
def test_view_position_decides(stated, view, is_lateral):
    assert view_of(ViewPosition=stated) == (view, is_lateral, ())


@pytest.mark.parametrize(
    ("code", "scheme", "view", "is_lateral"),
    [
        ("R-10206", "SRT", "AP", False), ("399348003", "SCT", "AP", False), ("R-10214", "SRT", "PA", False),
        ("272479007", "SCT", "PA", False), ("R-10236", "SRT", "LATERAL", True), ("399173006", "SCT", "LATERAL", True),
        ("R-10232", "SRT", "LATERAL", True), ("399198007", "SCT", "LATERAL", True), ("R-10220", "SRT", "LATERAL", True),
        ("unknown", "99X", "", False),
    ],
)  # fmt: skip
def test_without_a_view_position_the_view_code_decides(code, scheme, view, is_lateral):
    codes = items(CodeValue=code, CodingSchemeDesignator=scheme, CodeMeaning="view")
    assert view_of(ViewCodeSequence=codes)[:2] == (view, is_lateral)
    assert view_of(ViewCodeSequence=codes, ViewPosition="PA")[:2] == ("PA", False)


def test_an_oblique_modifier_of_a_frontal_view_makes_it_oblique():
    modifier = items(CodeValue="399182000", CodingSchemeDesignator="SCT", CodeMeaning="Oblique projection")
    code = item(CodeValue="399348003", CodingSchemeDesignator="SCT", CodeMeaning="antero-posterior",
                ViewModifierCodeSequence=modifier)  # fmt: skip
    assert view_of(ViewCodeSequence=[code])[1] is True


@pytest.mark.parametrize("orientation", [["A", "F"], ["P", "F"], ["P", "H"], ["AL", "F"], ["F", "A"], ["a", "f"]])
def test_films_from_front_to_back_are_lateral(orientation):
    assert view_of(PatientOrientation=orientation) == ("LATERAL", True, ())


@pytest.mark.parametrize("orientation", [["L", "F"], ["R", "F"], ["LF", "RH"], [], ["L"]])
def test_films_from_side_to_side_are_not(orientation):
    assert view_of(PatientOrientation=orientation)[:2] == ("", False)


@pytest.mark.parametrize("keyword", ["SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription"])
@pytest.mark.parametrize(
    "text",
    [
        "Chest lateral", "THORAX LAT", "W Chest Lat.", "Thorax seitlich", "Thorax Profil", "Tórax perfil",
        "Torace laterolaterale", "Klatka piersiowa boczne", "Thorax zijdelings", "боковая проекция",
        "胸部侧位", "胸部 側面", "흉부 측면", "CHEST_LAT", "Thorax LL", "Akciğer yan", "chest oblique", "LATERAL",
    ],
)  # fmt: skip
def test_descriptions_in_many_languages_tell_of_a_lateral_film(keyword, text):
    view, is_lateral, notes = view_of(SpecificCharacterSet="ISO_IR 192", **{keyword: text})
    assert (view, is_lateral, notes) == ("LATERAL", True, ())


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("Chest PA", "PA"), ("THORAX AP", "AP"), ("Chest_PA_upright", "PA"), ("Thorax p.a.", "PA"),
        ("Thorax a.p.", "AP"),
        ("Thorax", ""), ("Left lower lobe", ""), ("Lateral decubitus", ""), ("Chest decub LAT", ""),
        ("Plateau", ""), ("Paul", ""), ("Relation", ""), ("Latency", ""),
    ],
)  # fmt: skip
def test_descriptions_of_other_films_tell_of_none(text, view):
    assert view_of(SeriesDescription=text)[:2] == (view, False)


@pytest.mark.parametrize("text", ["Chest PA and lateral", "Thorax PA/LAT", "Chest 2 views PA + LAT"])
def test_a_description_of_both_views_is_only_told(text):
    _, is_lateral, notes = view_of(SeriesDescription=text)
    assert (is_lateral, notes) == (False, (Note.LATERAL_MENTIONED,))
    _, is_lateral, notes = view_of(StudyDescription=text)
    assert (is_lateral, notes) == (False, (Note.LATERAL_MENTIONED,))


def test_a_description_does_not_outweigh_a_tag():
    assert view_of(ViewPosition="PA", SeriesDescription="Lateral") == ("PA", False, (Note.LATERAL_MENTIONED,))
    assert view_of(ViewPosition="LL", SeriesDescription="Chest PA")[:2] == ("LL", True)
    assert view_of(SeriesDescription="Lateral", ProtocolName="Chest PA")[1:] == (False, (Note.LATERAL_MENTIONED,))


def test_a_tag_that_speaks_of_a_lateral_film_against_the_view_position_is_told():
    codes = items(CodeValue="R-10236", CodingSchemeDesignator="SRT", CodeMeaning="left lateral")
    for tags in ({"PatientOrientation": ["A", "F"]}, {"ViewCodeSequence": codes}):
        assert view_of(ViewPosition="PA", **tags) == ("PA", False, (Note.LATERAL_MENTIONED,))


ACROSS = {"L": lambda pixels: pixels, "R": lambda pixels: pixels[:, ::-1]}
DOWN = {"F": lambda pixels: pixels, "H": lambda pixels: pixels[::-1]}


@pytest.mark.parametrize("across", "LR")
@pytest.mark.parametrize("down", "FH")
def test_mirrored_and_upside_down_films_are_turned(across, down):
    stored = DOWN[down](ACROSS[across](WIDE))
    pixels, facts = read(store(np.ascontiguousarray(stored), PatientOrientation=[across, down]))
    assert np.array_equal(pixels, WIDE)
    expected = {("L", "F"): (), ("R", "F"): (Note.MIRRORED_BACK,), ("R", "H"): (Note.TURNED_UPRIGHT,),
                ("L", "H"): (Note.TURNED_UPRIGHT, Note.MIRRORED_BACK)}  # fmt: skip
    assert facts.notes == expected[across, down]


@pytest.mark.parametrize("across", "LR")
@pytest.mark.parametrize("down", "FH")
def test_films_that_lie_on_their_side_are_turned(across, down):
    stored = DOWN[down](ACROSS[across](WIDE)).T  # rows run along the body
    pixels, facts = read(store(np.ascontiguousarray(stored), PatientOrientation=[down, across]))
    assert np.array_equal(pixels, WIDE)
    assert Note.TURNED_UPRIGHT in facts.notes
    # a quarter turn keeps the handedness, a transposition changes it
    is_quarter_turn = (across, down) in {("R", "F"), ("L", "H")}
    assert (Note.MIRRORED_BACK in facts.notes) is not is_quarter_turn


@pytest.mark.parametrize(
    "orientation", [["L", "R"], ["F", "H"], ["L"], ["LA", "F"], ["L", "FP"], ["X", "F"], ["", "F"], ["L", "F", "H"]]
)
def test_unclear_orientations_turn_nothing(orientation):
    pixels, facts = read(store(WIDE, PatientOrientation=orientation))
    assert np.array_equal(pixels, WIDE)
    assert facts.notes == ()


def test_the_orientation_of_animals_is_not_that_of_people():
    pixels, _ = read(store(WIDE, PatientOrientation=["R", "F"], AnatomicalOrientationType="QUADRUPED"))
    assert np.array_equal(pixels, WIDE)


def test_lower_case_directions_mean_the_same():
    content = edit(store(np.ascontiguousarray(WIDE[::-1, ::-1])), PatientOrientation=b"r\\h")
    assert np.array_equal(read(content)[0], WIDE)


def test_no_code_is_both_frontal_and_lateral():
    assert not SIDE_CODES & set(FRONTAL_CODES)
    for code in (*FRONTAL_CODES, *SIDE_CODES):
        header, notes = item(ViewCodeSequence=items(CodeValue=code)), []
        view, is_lateral = read_view(header, notes.append)
        assert (view in {"PA", "AP"}) != is_lateral
        header.ViewPosition = "PA"
        assert read_view(header, notes.append) == ("PA", False)
        assert notes == ([Note.LATERAL_MENTIONED] if is_lateral else [])


@pytest.mark.parametrize(
    ("orientation", "upright", "notes"),
    [
        (["L", "F"], [[1, 2, 3], [4, 5, 6]], []),
        (["R", "F"], [[3, 2, 1], [6, 5, 4]], [Note.MIRRORED_BACK]),
        (["R", "H"], [[6, 5, 4], [3, 2, 1]], [Note.TURNED_UPRIGHT]),
        (["L", "H"], [[4, 5, 6], [1, 2, 3]], [Note.TURNED_UPRIGHT, Note.MIRRORED_BACK]),
        (["F", "L"], [[1, 4], [2, 5], [3, 6]], [Note.TURNED_UPRIGHT, Note.MIRRORED_BACK]),
        (["F", "R"], [[4, 1], [5, 2], [6, 3]], [Note.TURNED_UPRIGHT]),
        (["L", "R"], [[1, 2, 3], [4, 5, 6]], []),
        (["A", "F"], [[1, 2, 3], [4, 5, 6]], []),
    ],
)
def test_rows_end_at_the_left_and_columns_at_the_feet(orientation, upright, notes):
    told = []
    pixels = turn_upright(np.array([[1, 2, 3], [4, 5, 6]], np.uint8), item(PatientOrientation=orientation), told.append)
    assert (pixels.tolist(), told) == (upright, notes)
