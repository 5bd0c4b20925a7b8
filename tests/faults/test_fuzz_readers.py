"""A slice of the fuzz: the same cases in every run of the suite."""

import pytest

from tests.faults.fuzz_readers import code_of, make_case, try_case

CASES = {"pictures": 120, "dicom": 50, "lists": 150, "models": 20, "ledgers": 30}


@pytest.mark.parametrize("reader", CASES)
def test_every_case_ends_in_one_outcome(tiny_network, reader):
    outcomes = [try_case(reader, 2026, number) for number in range(CASES[reader])]
    assert [told for told in outcomes if told["finding"]] == []
    assert len({told["outcome"] for told in outcomes}) > 1


def test_a_case_is_made_of_seed_and_number_alone(tiny_network):
    codes = [code_of(make_case(reader, seed, 7)) for reader in CASES for seed in (1, 1, 2)]
    assert codes[0::3] == codes[1::3]
    assert not set(codes[0::3]) & set(codes[2::3])


def test_a_reader_that_breaks_a_promise_is_found(monkeypatch):
    from core.films.images import FilmUnreadable
    from core.system.errors import Reason

    def refuse(sentence):
        def read(path):
            raise FilmUnreadable(Reason.DAMAGED, sentence)

        return read

    for broken, why in (
        (refuse("It is damaged"), "no full stop"),
        (refuse("It cannot be read (ValueError)."), "for nobody"),
        (lambda path: path.write_bytes(b"mine"), "'int' object"),
        (lambda path: {}["size"], "KeyError"),
    ):
        monkeypatch.setattr("tests.faults.fuzz_cases.read_film", broken)
        assert why in try_case("pictures", 1, 1)["finding"]
