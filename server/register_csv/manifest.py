"""The manifest beside a register file: what the sender says the file holds."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from domain.danish_import import FileProblem
from server.register_csv.block import District
from server.register_csv.contract import MAX_ROWS
from server.register_csv.problems import Problems, shown

MAX_MANIFEST_BYTES = 1024**2
DistrictName = Annotated[str, Field(pattern=r"^[0-9]{1,4}-[0-9]{1,4}$")]


class Manifest(BaseModel):
    """Number of voters in all and per district (``151-2``), the file's SHA-256, and when and from where it was extracted."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rows: Annotated[int, Field(ge=0, le=MAX_ROWS)]
    rows_per_district: Annotated[dict[DistrictName, Annotated[int, Field(ge=0)]], Field(max_length=10_000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    extracted_at: AwareDatetime
    source: Annotated[str, Field(min_length=1, max_length=200)]


def manifest_path(register_file: Path) -> Path:
    """Where a file's manifest lies unless told otherwise: ``<file>.manifest.json``."""
    return register_file.with_name(register_file.name + ".manifest.json")


def read_manifest(path: Path, problems: Problems) -> Manifest | None:
    """The manifest, or ``None`` with the reasons noted."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_MANIFEST_BYTES + 1)
    except OSError:
        problems.add(FileProblem.MANIFEST_MISSING, seen=shown(path.name))
        return None
    try:
        return Manifest.model_validate_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False, include_context=False)[:20]:
            where = ".".join(str(part) for part in each["loc"]) or "JSON"
            problems.add(FileProblem.MANIFEST_BAD, seen=f"{shown(where)}: {each['msg']}")
        return None


def write_manifest(path: Path, rows_per_district: dict[str, int], sha256: str, *, extracted_at: datetime, source: str) -> None:
    """Write a manifest beside a register file."""
    body = {
        "rows": sum(rows_per_district.values()),
        "rows_per_district": rows_per_district,
        "sha256": sha256,
        "extracted_at": extracted_at.isoformat(),
        "source": source,
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def check_against_manifest(manifest: Manifest, districts: Iterable[District], sha256: str, problems: Problems) -> None:
    """Note where the file, read to its end, is not what the manifest says."""
    rows = {str(district.key): district.rows for district in districts}
    if sha256 != manifest.sha256:
        problems.add(FileProblem.MANIFEST_HASH)
    if sum(rows.values()) != manifest.rows:
        problems.add(FileProblem.MANIFEST_ROWS, seen=sum(rows.values()), limit=manifest.rows)
    for name in sorted(rows.keys() | manifest.rows_per_district.keys()):
        seen, said = rows.get(name, 0), manifest.rows_per_district.get(name, 0)
        if seen != said:
            problems.add(FileProblem.MANIFEST_DISTRICT, district=name, seen=seen, limit=said)
