"""Recipes: every choice of a training, in Python, in JSON and in words."""
