"""Corpora -> fitted detectors -> bundle; evaluation tables. Imported only by the commands that train."""
