"""Board readers: codes given to people who may only look, and the sessions opened with them. Only hashes are stored."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from server.db import AnyRow, reader_codes, reader_sessions


def insert_code(conn: Connection, code_hash: bytes, election_id: int, label: str, created_at: datetime) -> None:
    """A new reader code."""
    conn.execute(insert(reader_codes).values(code_hash=code_hash, election_id=election_id, label=label, created_at=created_at))


def list_live_codes(conn: Connection, election_id: int) -> Sequence[AnyRow]:
    """Label, hash and time of every code of the election that has not been revoked, in order of label."""
    return conn.execute(
        select(reader_codes.c.label, reader_codes.c.code_hash, reader_codes.c.created_at)
        .where(reader_codes.c.election_id == election_id, reader_codes.c.revoked_at.is_(None))
        .order_by(reader_codes.c.label)
    ).all()


def find_live_code(conn: Connection, code_hash: bytes, election_id: int) -> bytes | None:
    """The hash as it is stored, if such a code of the election stands."""
    return conn.execute(
        select(reader_codes.c.code_hash).where(
            reader_codes.c.code_hash == code_hash,
            reader_codes.c.election_id == election_id,
            reader_codes.c.revoked_at.is_(None),
        )
    ).scalar_one_or_none()


def revoke_label(conn: Connection, election_id: int, label: str, revoked_at: datetime) -> int:
    """Revoke the codes with this label; how many there were."""
    return conn.execute(
        update(reader_codes)
        .where(reader_codes.c.election_id == election_id, reader_codes.c.label == label, reader_codes.c.revoked_at.is_(None))
        .values(revoked_at=revoked_at)
    ).rowcount


def insert_session(conn: Connection, token_hash: bytes, code_hash: bytes, created_at: datetime) -> None:
    """A browser that has shown a valid code."""
    conn.execute(insert(reader_sessions).values(token_hash=token_hash, code_hash=code_hash, created_at=created_at))


def find_code_of_session(conn: Connection, token_hash: bytes, election_id: int) -> bytes | None:
    """The hash of the code behind a session, if the code belongs to the election and has not been revoked."""
    return conn.execute(
        select(reader_codes.c.code_hash)
        .join(reader_sessions, reader_sessions.c.code_hash == reader_codes.c.code_hash)
        .where(
            reader_sessions.c.token_hash == token_hash,
            reader_codes.c.election_id == election_id,
            reader_codes.c.revoked_at.is_(None),
        )
    ).scalar_one_or_none()
