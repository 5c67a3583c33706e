"""A bot of nothing but the two requests that count: sync and send. Configured by one line of JSON on standard input.

What any client must spend on this homeserver; the others are measured against it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from typing import Any
from urllib.parse import quote

import aiohttp

V3 = "/_matrix/client/v3"


async def serve(url: str, user: str, token: str, command: str, bad_word: str) -> None:
    headers, numbers = {"Authorization": f"Bearer {token}"}, count()
    async with aiohttp.ClientSession(base_url=url, headers=headers) as http:

        async def put(path: str, content: dict[str, Any]) -> None:
            async with http.put(f"{V3}/rooms/{path}/bare-{next(numbers)}", json=content) as answer:
                answer.raise_for_status()

        query = {"timeout": "30000", "set_presence": "offline"}
        print("ready", flush=True)
        while True:
            async with http.get(f"{V3}/sync", params=query) as answer:
                body = await answer.json()
            for room, news in body.get("rooms", {}).get("join", {}).items() if "since" in query else ():
                for event in news["timeline"]["events"]:
                    text = event["content"].get("body", "")
                    if event["sender"] == user:
                        continue
                    if text == command:
                        said = {"msgtype": "m.notice", "body": "You have no strikes."}
                        await put(f"{quote(room)}/send/m.room.message", said)
                    elif bad_word in text:
                        await put(f"{quote(room)}/redact/{quote(event['event_id'])}", {})
            query["since"] = body["next_batch"]


if __name__ == "__main__":
    asyncio.run(serve(**json.loads(sys.stdin.readline())))
