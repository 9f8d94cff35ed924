"""`lstm_iforest`: an LSTM's errors filter first, an isolation forest judges what is left."""

from burl.detect.lstm_iforest.config import LstmIforestConfig
from burl.detect.lstm_iforest.detector import LstmIforest

__all__ = ["LstmIforest", "LstmIforestConfig"]
