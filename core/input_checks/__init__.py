"""Check that a film is what the model can judge: the gate, and drift."""
