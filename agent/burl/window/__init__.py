"""(stream, template, time) -> events, windows, sessions, intervals; bounded, evicting, restorable.

The units are exported here. `burl.window.windower` makes them; `burl.window.discover` finds what a
session is.
"""

from burl.window.units import Events, Intervals, Record, Sequences, Unit

__all__ = ["Events", "Intervals", "Record", "Sequences", "Unit"]
