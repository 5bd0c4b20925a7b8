"""Label lists and the files that they name, for tests of reading them."""

import re

from core.datasets.dataset import read_dataset
from core.datasets.preparation import AS_IT_IS


def touch(folder, *names):
    """Files of a byte each; names may contain folders."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def write_list(folder, content, name="labels.csv", encoding="utf-8"):
    """A label list beside the first film that it names, as a list without any film is refused."""
    path = folder / name
    film = re.search(r"[^,;\t|\r\n\"]+\.(png|jpg|dcm)(?![^,;\t|\r\n\"])", content)
    if film and not film[0].startswith("/") and "\0" not in film[0] and not (folder.exists() and any(folder.iterdir())):
        touch(path.parent, film[0].replace("\\", "/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding))
    return path


def labels_of(path, preparation=AS_IT_IS):
    """The class of each film of a list, by the name of its file below the root."""
    dataset = read_dataset(path, preparation)
    return {dataset.name_of(film.path): dataset.classes[film.label] for film in dataset.films}


def attributes_of(path, preparation=AS_IT_IS):
    dataset = read_dataset(path, preparation)
    return {dataset.name_of(film.path): dict(film.attributes) for film in dataset.films}
