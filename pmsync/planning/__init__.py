"""From documents, ledger and trackers to a plan. Pure: no I/O, and `now` is part of the world."""
