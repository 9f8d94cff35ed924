"""`burl evaluate`: detectors judged on labelled data they were not trained on."""
