"""Recognise the view of a chest film by codes and by words of many languages."""

import json
import re
from functools import cache
from typing import Final

from resources import resource

LATERAL: Final = "LATERAL"
# C.8.1.2.1 and C.8.11.5: lateral and oblique views; RLD and LLD (decubitus) are frontal
SIDE_VIEWS: Final = ("LL", "RL", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO")
INITIALS: Final = re.compile(r"\b([a-z])\. ?([a-z])\b")  # p.a. means pa


def is_side_view(view: str) -> bool:
    """Return True if a view position, in capitals, is a lateral or oblique one."""
    return view in SIDE_VIEWS or view.startswith(("LAT", "OBL")) or view.endswith((LATERAL, "LAT"))


def read_described_view(text: str) -> str:
    """Return the view that a description names: LATERAL, PA, AP, FRONTAL, BOTH, or ""."""
    words = view_words()
    text = INITIALS.sub(r"\1\2", text.casefold())
    tokens = set(re.findall(r"[^\W\d_]+", text))
    if tokens & words["decubitus"]:
        return ""
    is_lateral = bool(tokens & words["lateral"]) or any(part in text for part in words["lateral_parts"])
    frontal = next((name.upper() for name in ("pa", "ap", "frontal") if tokens & words[name]), "")
    if is_lateral:
        return "BOTH" if frontal else LATERAL
    return frontal


@cache
def view_words() -> dict[str, frozenset[str]]:
    """Return the words of many languages for each view, from resources/view_words.json."""
    content = json.loads(resource("view_words.json").read_text(encoding="utf-8"))
    return {name: frozenset(word.casefold() for word in words) for name, words in content.items()}
