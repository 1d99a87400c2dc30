"""The command line: parses, calls, prints. Decides nothing."""

from __future__ import annotations

import gc

gc.set_threshold(50_000)  # while modules are imported nothing becomes garbage: looking for it is a twentieth of a start
