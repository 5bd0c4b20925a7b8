"""What the program carries: models, icons, styles. Knows where they lie, also when frozen; opens none of them."""

import sys
from pathlib import Path


def resource(name: str) -> Path:
    """Path of a carried file, such as "icons/pneumoscreen.png". Raises FileNotFoundError in a plain sentence."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) / "resources" if frozen else Path(__file__).parent
    path = root / name
    if not path.is_file():
        raise FileNotFoundError(f"This copy of PneumoScreen is incomplete: {name} is missing. Install it again.")
    return path
