"""A way out to addresses that strangers name: only to public ones, looked up once and connected to as looked up.

Checking a name and then connecting to it by name asks the resolver twice, and the second answer may be another one
(DNS rebinding). So the connection is made to the very address that was checked, while TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TypeAlias

import httpx

from bot.platforms.lemmy.client import LIMITS
from bot.platforms.protocol import Refused, Unreachable

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

#: What `is_global` lets through (in some versions of Python) though it leads home: NAT64, 6to4, Teredo, protocol use.
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.0.0.0/24"))
)
_PORTS = frozenset({80, 443})


def public(address: Address) -> bool:
    """Whether the address belongs to the internet at large."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if mapped is not None:
        return public(mapped)
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NOT_PUBLIC if network.version == address.version)
    )


class Guarded(httpx.AsyncBaseTransport):
    """Carries requests to public addresses on ports 80 and 443 only. `loopback` lets tests talk to 127.0.0.1 instead.

    Raises Refused where an address is not public, Unreachable where a name has none.
    """

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, limits=LIMITS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        if not self._loopback and port not in _PORTS:
            raise Refused(f"{host}: port {port} is not fetched from, only 80 and 443 are")
        address = await self._address(host, port)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)  # the Host header keeps the name
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _address(self, host: str, port: int) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"{host}: no server of that name was found ({error})") from error
        addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
        for address in addresses:
            fine = address.is_loopback if self._loopback else public(address)
            if not fine:
                raise Refused(
                    f"{host}: {address} is not an address of the public internet, so nothing is fetched"
                )
        return str(addresses[0])
