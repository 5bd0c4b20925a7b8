"""Recipes: the settings of a training as a Python value, as JSON, and with user-facing labels."""
