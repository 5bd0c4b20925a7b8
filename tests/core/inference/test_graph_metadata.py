"""Texts in a graph's metadata."""

from core.inference.film_network import build_film_network, export_film_network
from core.inference.graph_engine import open_session
from core.inference.graph_metadata import add_metadata


def test_texts_are_read_back(model):
    graph = add_metadata(export_film_network(build_film_network(model)), {"classes": '["Ä"]', "empty": ""})
    assert open_session(graph).get_modelmeta().custom_metadata_map == {"classes": '["Ä"]', "empty": ""}
    assert b"PneumoScreen" in graph[:64]
