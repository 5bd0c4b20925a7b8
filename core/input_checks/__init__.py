"""Check films before scoring: the gate refuses unsuitable ones, drift warns of unusual batches."""
