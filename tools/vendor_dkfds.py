"""Takes the fonts and icons of the Danish public design system (dkfds) into the project, pinned and with their licences.

Run once per upgrade, never at install: ``python tools/vendor_dkfds.py``. Needs npm for the download only. Our pages use their
own style sheet; of dkfds only four weights of IBM Plex Sans and the icons that the pages name are taken.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

PACKAGE = "dkfds"
VERSION = "11.2.0"
PACK_TIMEOUT_S = 120
ROOT = Path(__file__).resolve().parent.parent

WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")
FONTS = "dist/fonts/IBMPlexSans/complete/woff2"

TARGETS: Mapping[str, Path] = {
    "station_client": ROOT / "station_client/static/vendor/dkfds",
}
PAGES: Mapping[str, Path] = {"station_client": ROOT / "station_client/templates"}
_NAMED_ICON = re.compile(r"""icon\(['"]([a-z0-9-]+)['"]""")


def icons_named_in(templates: Path) -> list[str]:
    """The icons a package's templates ask for by ``icon("name")``; nothing else is taken."""
    found = {name for page in templates.glob("*.html") for name in _NAMED_ICON.findall(page.read_text("utf-8"))}
    return sorted(found)


def sprite_of(all_icons: str, names: list[str]) -> str:
    """An SVG sprite with just these icons; ``SystemExit`` names one that dkfds does not have."""
    symbols = dict(re.findall(r'(?s)<symbol id="([a-z0-9-]+)"(.*?</symbol>)', all_icons))
    missing = sorted(set(names) - symbols.keys())
    if missing:
        sys.exit(f"dkfds {VERSION} has no icon named {', '.join(missing)}")
    body = "\n".join(f'<symbol id="{name}"{symbols[name]}' for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def download(folder: Path) -> tarfile.TarFile:
    """The package's tarball from the npm registry, which npm checks against the registry's own digest."""
    subprocess.run(  # noqa: S603 - a fixed command without outside input
        ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"],  # noqa: S607 - npm's place differs from machine to machine
        cwd=folder,
        check=True,
        timeout=PACK_TIMEOUT_S,
    )
    return tarfile.open(folder / f"{PACKAGE}-{VERSION}.tgz")


def read(package: tarfile.TarFile, path: str) -> bytes:
    """One file of the package."""
    member = package.extractfile(f"package/{path}")
    if member is None:
        sys.exit(f"{PACKAGE} {VERSION} has no {path}")
    return member.read()


def vendor(package: tarfile.TarFile, target: Path, icons: list[str]) -> None:
    """Write fonts, sprite, licences and a manifest with every file's SHA-256."""
    files = {f"IBMPlexSans-{weight}.woff2": read(package, f"{FONTS}/IBMPlexSans-{weight}.woff2") for weight in WEIGHTS}
    files["icons.svg"] = sprite_of(read(package, "dist/img/all-svg-icons.svg").decode(), icons).encode()
    files["LICENSE.md"] = read(package, "dist/LICENSE.md")
    files["LICENSE-IBM-Plex.txt"] = read(package, f"{FONTS}/license.txt")
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    manifest = {
        "package": PACKAGE,
        "version": VERSION,
        "licence": "MIT AND OFL-1.1 AND Apache-2.0",
        "changed": "icons.svg holds only the icons that our templates name; the fonts are as published",
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    (target / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def main() -> None:
    """Vendor for every package that has pages."""
    with tempfile.TemporaryDirectory() as folder, download(Path(folder)) as package:
        for name, target in TARGETS.items():
            vendor(package, target, icons_named_in(PAGES[name]))


if __name__ == "__main__":
    main()
