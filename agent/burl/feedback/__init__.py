"""What people say of findings: verdicts, and the suppressions in force that follow from them."""

from burl.feedback.desk import Desk
from burl.feedback.follower import Follower
from burl.feedback.verdict import Judgement, Scope, Verdict

__all__ = ["Desk", "Follower", "Judgement", "Scope", "Verdict"]
