"""Run folders: what a training wrote, listed and compared."""
