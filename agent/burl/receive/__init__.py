"""Raw Export bytes or files -> `Batch`: columns of records, streams and times; knows nothing of detectors."""
