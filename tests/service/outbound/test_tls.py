"""TLS to an address that was judged before: the certificate is that of the name, not of the address."""

import datetime as dt
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from passmanager.service.http.outbound import CallFailed, Outbound

NAME, OTHER = "hooks.merchant.example", "other.merchant.example"
PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates for names, as one on the internet would."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.sign("authority", self.key, authority=True)

    def sign(self, name, key, *, authority=False, days=1):
        now = dt.datetime.now(dt.UTC)
        subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, "authority"))
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=9))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        )
        return made.sign(self.key, hashes.SHA256()).public_bytes(PEM).decode()

    def trusted(self):
        """What a client has that trusts it."""
        found = httpx2.create_ssl_context(trust_env=False)
        found.load_verify_locations(cadata=self.certificate)
        return found


@dataclass
class Secure:
    port: int
    asked_for: list = field(default_factory=list)
    served: list = field(default_factory=list)

    def url(self, host=NAME):
        return f"https://{host}:{self.port}/in"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.server.secure.served.append(self.headers["host"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Clients that hang up in the handshake are what is tested."""


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def serve(authority, tmp_path):
    ended = []

    def start(**certificate):
        key = ec.generate_private_key(ec.SECP256R1())
        plain = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        (tmp_path / "server.pem").write_text(authority.sign(NAME, key, **certificate) + plain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "server.pem")
        server = Server(("127.0.0.1", 0), Handler)
        server.secure = Secure(server.server_port)
        context.sni_callback = lambda _socket, name, _context: server.secure.asked_for.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        ended.append((server, thread))
        return server.secure

    yield start
    for server, thread in ended:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def outbound(names):
    """Both names lead to this machine, and only the first answer of the resolver does."""
    for name in (NAME, OTHER):
        names[name] = [["127.0.0.1"], ["203.0.113.1"]]
    return Outbound(("127.0.0.0/8",))


def test_name_is_checked_though_the_address_is_pinned(outbound, serve, authority):
    server = serve()
    assert outbound.send("POST", server.url(), tls=authority.trusted()).status == 200
    assert server.asked_for == [NAME]
    assert server.served == [f"{NAME}:{server.port}"]


@pytest.mark.parametrize("host", [OTHER, "127.0.0.1", "localhost"])
def test_certificate_of_another_name_is_refused(outbound, serve, authority, host):
    server = serve()
    with pytest.raises(CallFailed, match="no-connection") as refused:
        outbound.send("POST", server.url(host), tls=authority.trusted())
    assert "certificate" in refused.value.problem.lower()
    assert server.served == []


def test_certificate_of_an_authority_that_nobody_knows_is_refused(outbound, serve):
    server = serve()
    with pytest.raises(CallFailed, match="no-connection"):
        outbound.send("POST", server.url())
    assert server.served == []


def test_certificate_that_is_over_is_refused(outbound, serve, authority):
    server = serve(days=-1)
    with pytest.raises(CallFailed, match="expired"):
        outbound.send("POST", server.url(), tls=authority.trusted())
    assert server.served == []
