"""What a network can read: one kind of source per file."""

__all__ = []
