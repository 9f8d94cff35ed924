"""Burl finds what is abnormal in logs and says why.

Each sub-package is a room with one contract; data flows one way:
receive -> parse -> window -> detect -> decide -> write.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("burl-agent")
except PackageNotFoundError:  # a source checkout that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
