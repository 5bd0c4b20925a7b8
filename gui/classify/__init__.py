"""The Classify tab: screen films, read them, record the reader's calls."""
