"""Which addresses of the internet the service may call for a merchant, and which are none of his business."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNICAST_6 = IPv6Network("2000::/3")
"""What is given to networks of the internet; loopback, mapped, NAT64, local and multicast lie outside."""

REFUSED: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23",  # protocols, with Teredo, which carries an IPv4 address
            "2001:db8::/32", "2002::/16",  # 6to4 carries one, too
            "3ffe::/16", "3fff::/20",
        ),
    )
)  # fmt: skip


def is_public(address: Address) -> bool:
    """Whether it belongs to a machine that anybody on the internet can reach, and only to it.

    `ipaddress.is_global` is true of multicast, and of IPv6 addresses that are a way to an IPv4 address.
    """
    if isinstance(address, IPv6Address) and address not in UNICAST_6:
        return False
    return address.is_global and not any(address in network for network in REFUSED)


class Allowed:
    """Exceptions for tests: addresses, networks, or names of hosts."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        """As in `PASSMANAGER_OUTBOUND_ALLOW`."""
        self._networks: list[Network] = []
        self._names: set[str] = set()
        for entry in entries:
            try:
                self._networks.append(ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.lower())

    def __call__(self, host: str, address: Address) -> bool:
        """Whether a host with this address is one of them."""
        return host.lower() in self._names or any(address in network for network in self._networks)


def parse(text: str) -> Address:
    """An address as the resolver gives it, where a zone may follow."""
    return ip_address(text.partition("%")[0])
