"""Many utterances at once: worker processes, the cache, and the report on what failed."""
