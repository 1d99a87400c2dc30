"""pmsync: action items of post-mortem documents become tickets, exactly once."""

__version__ = "0.1.0"
