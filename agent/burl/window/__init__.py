"""(stream, template, time) -> events, windows, sessions, intervals; bounded, evicting, restorable."""

from burl.window.units import Events, Intervals, Record, Sequences, Unit

__all__ = ["Events", "Intervals", "Record", "Sequences", "Unit"]
