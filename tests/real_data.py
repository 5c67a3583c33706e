"""Where real discussions and rule files lie, beside the project: never copied into it, and not needed by most tests."""

from __future__ import annotations

import os
from pathlib import Path

#: Set FOLKMOOT_TEST_DATA to another folder; tests that need it are skipped, by name, where it is absent.
REAL_DATA = Path(os.environ.get("FOLKMOOT_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
