"""TLS between table and server: one authority is believed, and no other, however well-known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.screens import Screen
from station_client.app import create_app
from station_client.clock import SystemClock
from station_client.settings import Settings
from tests.station_client.fake_server import CODE, OFFICIAL_CODE, FakeServer
from tests.station_client.fake_wire import serve, serve_tls
from tests.station_client.hall import MORNING, PLAIN, card_of
from tests.station_client.local_page import LocalPage, page_at

YEARS = timedelta(days=3_650)


@dataclass
class Authority:
    """A municipality's own authority, and a server's certificate from it."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        """Make both certificates."""
        key, self._subject = ec.generate_private_key(ec.SECP256R1()), _subject(self.name)
        root = _certificate(self._subject, self._subject, key.public_key(), ca=True).sign(key, hashes.SHA256())
        self.root.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        server_key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(_subject("server"), self._subject, server_key.public_key(), ca=False).sign(
            key, hashes.SHA256()
        )
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    @property
    def root(self) -> Path:
        return self.folder / f"{self.name}-root.pem"

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}-server.pem"

    @property
    def key(self) -> Path:
        return self.folder / f"{self.name}-key.pem"


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(MORNING - YEARS)
        .not_valid_after(MORNING + YEARS)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(names, critical=False)
    )


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def server(ours: Authority) -> Iterator[FakeServer]:
    server = FakeServer(scheme="https")
    with serve_tls(server, ours.certificate, ours.key):
        yield server


def enrol(page: LocalPage, server: FakeServer) -> str | None:
    return page.post("enrol", server=server.address, code=CODE).error


def test_a_server_of_the_pinned_authority_is_believed(tmp_path: Path, ours: Authority, server: FakeServer) -> None:
    with serve(create_app(Settings(tmp_path / "table", 0, ours.root), SystemClock())) as port:
        page = page_at(port)
        assert enrol(page, server) is None
        page.post("sign-in", code=OFFICIAL_CODE)
        page.until(lambda now: now.state is Screen.READY)
        page.scan(card_of(PLAIN))
        assert page.confirm().state is Screen.REGISTERED
        page.client.close()


@pytest.mark.parametrize("pinned", ["other", None])
def test_a_server_of_another_authority_hears_nothing(tmp_path: Path, server: FakeServer, pinned: str | None) -> None:
    authority = Authority(tmp_path, pinned).root if pinned else None
    with serve(create_app(Settings(tmp_path / "table", 0, authority), SystemClock())) as port:
        page = page_at(port)
        assert enrol(page, server) == "Ingen forbindelse til serveren. Prøv igen om lidt."
        page.client.close()
    assert server.enrolled_with == []
