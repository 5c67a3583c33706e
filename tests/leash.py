"""`folkmoot` on a leash: `python -m tests.leash run -c CONFIG` ends when its standard input does.

So no bot outlives the test that started it, however that ended.
"""

from __future__ import annotations

import os
import threading

from bot.__main__ import main


def end_with_standard_input() -> None:
    os.read(0, 1)  # nobody writes there
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    main()
