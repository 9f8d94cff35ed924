"""Checks that authors of detectors and sinks run on their own classes."""
