"""The web page: incidents, context, verdicts; the HTML report of the demo is its templates, saved."""
