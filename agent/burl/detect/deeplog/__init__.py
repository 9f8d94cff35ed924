"""`deeplog`: an LSTM on log keys, and one on parameter values (Du et al. 2017)."""

from burl.detect.deeplog.detector import DeepLog
from burl.detect.deeplog.settings import DeepLogConfig

__all__ = ["DeepLog", "DeepLogConfig"]
