"""Training: resumable training runs, the learning-rate finder, and the recipe search."""
