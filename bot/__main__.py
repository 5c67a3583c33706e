"""`folkmoot` and `python -m bot`: the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its status."""
    from bot.cli import run  # noqa: PLC0415 - so that `import bot.__main__` stays free of side effects

    sys.exit(run())


if __name__ == "__main__":
    main()
