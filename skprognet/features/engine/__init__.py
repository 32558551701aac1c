"""Extract features of many utterances: worker processes, the cache, and reports of errors."""
