"""What is open, and what the user prefers."""
