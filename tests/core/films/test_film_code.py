"""Codes of films and of sets of films."""

import hashlib

from core.films.film_code import film_code, film_set_code


def test_a_films_code_is_the_first_half_of_its_hash():
    digest = hashlib.sha256(b"film").hexdigest()
    assert film_code(digest) == digest[:16]


def test_the_code_of_a_set_does_not_depend_on_the_order():
    codes = [film_code(hashlib.sha256(bytes([number])).hexdigest()) for number in range(5)]
    expected = hashlib.sha256("".join(sorted(codes)).encode()).hexdigest()[:16]
    assert film_set_code(codes) == film_set_code(codes[::-1]) == expected
    assert film_set_code(codes[:4]) != expected
