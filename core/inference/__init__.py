"""Score films quickly, and show where the evidence lies."""
