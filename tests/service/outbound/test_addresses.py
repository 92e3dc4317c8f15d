"""Which addresses are public: every way to say "this machine", "this network" and "none at all" is not."""

from ipaddress import ip_address

import pytest

from passmanager.service.http.addresses import Allowed, is_public, parse

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
    "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255",
    "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:200::1", "2620:0:2d0:200::7",
]  # fmt: skip

REFUSED = {
    "0.0.0.0": "this network", "0.1.2.3": "this network",
    "10.0.0.1": "private", "172.16.0.1": "private", "172.31.255.255": "private", "192.168.1.1": "private",
    "100.64.0.1": "carrier", "100.127.255.255": "carrier",
    "127.0.0.1": "loopback", "127.255.255.254": "loopback",
    "169.254.169.254": "metadata of clouds", "169.254.0.1": "link",
    "192.0.0.1": "protocols", "192.0.0.8": "protocols", "192.0.0.170": "NAT64 discovery",
    "192.0.2.1": "documentation", "198.51.100.1": "documentation", "203.0.113.1": "documentation",
    "192.88.99.1": "6to4 relay", "198.18.0.1": "benchmarks", "198.19.255.255": "benchmarks",
    "224.0.0.1": "multicast", "239.255.255.250": "multicast", "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "none", "::1": "loopback", "::127.0.0.1": "IPv4-compatible", "::8.8.8.8": "IPv4-compatible",
    "::ffff:127.0.0.1": "mapped", "::ffff:8.8.8.8": "mapped", "::ffff:0:127.0.0.1": "translated",
    "64:ff9b::a9fe:a9fe": "NAT64 of 169.254.169.254", "64:ff9b::808:808": "NAT64", "64:ff9b:1::1": "local NAT64",
    "100::1": "discard", "2001::1": "Teredo", "2001:0:7f00:1::": "Teredo", "2001:2::1": "benchmarks",
    "2001:10::1": "ORCHID", "2001:20::1": "ORCHIDv2", "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4 of 127.0.0.1", "2002:808:808::1": "6to4", "3ffe::1": "6bone", "3fff::1": "documentation",
    "5f00::1": "segment routing", "fc00::1": "unique local", "fd00:ec2::254": "metadata of clouds",
    "fe80::1": "link", "fec0::1": "site", "ff02::1": "multicast", "ff0e::1": "multicast",
    "4000::1": "not given to anybody",
}  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_address_of_the_internet_is_public(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_address_is_refused(text, why):
    assert not is_public(ip_address(text)), why


def test_zone_of_an_address_does_not_hide_it():
    assert not is_public(parse("fe80::1%eth0"))


@pytest.mark.parametrize(
    ("entries", "host", "address", "allowed"),
    [
        (("127.0.0.1",), "x", "127.0.0.1", True),
        (("127.0.0.1",), "x", "127.0.0.2", False),
        (("127.0.0.0/8", "::1"), "x", "127.0.0.2", True),
        (("127.0.0.0/8", "::1"), "x", "::1", True),
        (("Receiver",), "receiver", "10.0.0.9", True),
        ((), "localhost", "127.0.0.1", False),
    ],
)
def test_exceptions_for_tests(entries, host, address, allowed):
    assert Allowed(entries)(host, ip_address(address)) is allowed
