"""What people say of findings: verdicts, and the suppressions in force that follow from them."""

from burl.feedback.desk import Desk
from burl.feedback.follower import Follower
from burl.feedback.verdict import JUDGEMENTS, SCOPES, Judgement, Scope, Verdict

__all__ = ["JUDGEMENTS", "SCOPES", "Desk", "Follower", "Judgement", "Scope", "Verdict"]
