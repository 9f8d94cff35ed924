"""Everything a running agent loads: masks, templates, models, calibration, manifest; never code."""
