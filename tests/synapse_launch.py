"""Starts Synapse; runs in Synapse's own environment: `python synapse_launch.py CONFIG.json` with standard input kept open.

The server ends when its standard input does, so that it outlives no test run, however that ended.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from signedjson.key import generate_signing_key, write_signing_keys
from synapse.app.homeserver import main


def end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    config = Path(sys.argv[1])
    with Path(json.loads(config.read_text())["signing_key_path"]).open("w") as key:
        write_signing_keys(key, [generate_signing_key("a_1")])
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    sys.argv = ["synapse", "--config-path", str(config)]
    main()
