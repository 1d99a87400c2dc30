"""The command line: parses, calls, prints."""


def main() -> None:
    """Placeholder until the commands land in the next commit."""
