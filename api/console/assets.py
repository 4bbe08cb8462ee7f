"""The built files of the console, found once at the start: nothing else is ever served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

BUILT = Path(__file__).parent / "static"
INDEX = "index.html"
_HASHED = "assets/"  # files there have a digest of their content in their names
_FOREVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_CODINGS = {".br": "br", ".gz": "gzip"}  # the smaller one first
_PLAIN = "application/octet-stream"
# Not those of the operating system: what a browser runs must not depend on it.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pbf": "application/x-protobuf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and the same compressed if it was built that way, by content coding."""

    path: Path
    media_type: str
    cache_control: str
    etag: str
    compressed: Mapping[str, Path]

    def best_for(self, accept_encoding: str) -> tuple[Path, str | None]:
        """Choose what to send, and name its coding."""
        accepted = _accepted(accept_encoding)
        for coding, path in self.compressed.items():
            if coding in accepted:
                return path, coding
        return self.path, None


def is_built(folder: Path = BUILT) -> bool:
    """Tell whether there is a console to serve."""
    return (folder / INDEX).is_file()


def find_assets(folder: Path = BUILT) -> Mapping[str, Asset]:
    """Return the files by their addresses; none if the console was not built."""
    return dict(_found(folder)) if is_built(folder) else {}


def _found(folder: Path) -> Iterator[tuple[str, Asset]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in _CODINGS:
            name = path.relative_to(folder).as_posix()
            variants = {coding: path.with_name(path.name + end) for end, coding in _CODINGS.items()}
            yield (
                name,
                Asset(
                    path,
                    _MEDIA_TYPES.get(path.suffix, _PLAIN),
                    _FOREVER if name.startswith(_HASHED) else _ASK_FIRST,
                    f'"{sha256(path.read_bytes()).hexdigest()[:32]}"',
                    {coding: each for coding, each in variants.items() if each.is_file()},
                ),
            )


def _accepted(header: str) -> set[str]:
    """Return the content codings that a client takes; one at weight 0 it does not."""
    accepted = set()
    for each in header.lower().split(","):
        coding, _, parameter = each.partition(";")
        weight = parameter.strip().removeprefix("q=").strip()
        if not weight.strip("0.") and weight:
            continue
        accepted.add(coding.strip())
    return accepted
