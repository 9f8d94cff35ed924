"""Wires the rooms together: the one thread that owns all state, its journal and its checkpoint."""
