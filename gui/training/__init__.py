"""The Training tab: choose a recipe, train, search for a recipe."""
