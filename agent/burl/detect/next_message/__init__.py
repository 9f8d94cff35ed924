"""`next_message`: a GRU predicts the type of the next message; what it cannot place goes to people."""

from burl.detect.next_message.config import NextMessageConfig
from burl.detect.next_message.detector import NextMessage

__all__ = ["NextMessage", "NextMessageConfig"]
