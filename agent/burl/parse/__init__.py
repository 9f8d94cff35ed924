"""Bodies -> template indexes and continuation marks; knows nothing of time and of what is scored."""

from burl.parse.catalogue import CONTINUATION, Catalogue, Template, template_id
from burl.parse.parser import Parser
from burl.parse.settings import MaskRule, ParseSettings, Rule
from burl.parse.template_set import TemplateSet, supersedes
from burl.parse.train import train_templates

__all__ = [
    "CONTINUATION",
    "Catalogue",
    "MaskRule",
    "ParseSettings",
    "Parser",
    "Rule",
    "Template",
    "TemplateSet",
    "supersedes",
    "template_id",
    "train_templates",
]
