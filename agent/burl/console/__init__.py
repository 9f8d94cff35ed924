"""The web page that people read: documents of the store -> HTML.

Log text is hostile input: templates escape everything, and what steers a terminal or turns text around is
made visible (`burl.console.text`).
"""
