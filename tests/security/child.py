"""The command line in processes of their own that lose no time waiting: `tests.crash.child` without real sleep."""

from __future__ import annotations

import time


def main() -> None:
    time.sleep = lambda _seconds: None
    # Only now: what is imported takes `time.sleep` as it finds it.
    from pmsync.cli.host.connect import Signals  # noqa: PLC0415
    from tests.crash import child  # noqa: PLC0415

    Signals.sleep = lambda _self, _seconds: None  # type: ignore[method-assign]
    child.serve()


if __name__ == "__main__":
    main()
