"""From paths to sources: which file holds what, told by its name and, for JSON, by its first value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph_models.exchange.columns import KIND_OF_STEM
from graph_models.exchange.csv_tables import CsvTable
from graph_models.exchange.directory import Directory
from graph_models.exchange.directory_areas import DirectoryAreas
from graph_models.exchange.hsds import Vocabulary, is_hsds
from graph_models.exchange.hsds_documents import HsdsDocument
from graph_models.exchange.hsds_tables import HsdsTables, is_hsds_folder
from graph_models.exchange.json_documents import LINE_SUFFIXES, read_items
from graph_models.exchange.json_rows import KIND_FIELD, JsonRows
from graph_models.exchange.opening import BadFile
from graph_models.exchange.parquet_tables import ParquetTable
from graph_models.exchange.problems import Finding, RowProblem, nearest
from graph_models.exchange.report import PROBLEMS_FILE, UNMAPPED_FILE
from graph_models.exchange.sources import Source
from graph_models.exchange.vocabulary import AREAS_FILE, SKILLS_FILE, AreaMap, SkillMap

JSON_SUFFIXES = {".json", *LINE_SUFFIXES}
SUFFIXES = (".csv", ".parquet", *sorted(JSON_SUFFIXES))
NOT_DATA = {PROBLEMS_FILE, UNMAPPED_FILE, SKILLS_FILE, AREAS_FILE}


@dataclass(slots=True)
class Found:
    """Sources, and the paths that are none."""

    sources: list[Source] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SourceFinder:
    """Makes sources out of paths.

    Parameters
    ----------
    encoding
        Encoding of text files.
    mapping
        File that maps keywords to skills; None looks for `SKILLS_FILE` beside each directory.
    skill_names
        Skill ids by folded id and name, see `SkillMap`.
    area_codes
        Area codes by folded name, for HSDS service areas.
    capacity
        Units of a provider whose directory states none.
    """

    encoding: str
    mapping: Path | None
    skill_names: dict[str, str]
    area_codes: dict[str, str]
    capacity: int

    def find(self, paths: Sequence[Path]) -> Found:
        """Look at files and folders; a folder stands for the data files in it."""
        found = Found()
        for path in paths:
            if path.is_dir() and is_hsds_folder(path):
                found.sources.append(HsdsTables(path, self.encoding, self._words(path)))
            elif path.is_dir():
                files = [each for each in _data_files(path) if each.name not in NOT_DATA]
                if not files:
                    found.problems.append(Finding(None, "folder", "holds no data file").at(str(path)))
                for each in files:
                    self._add(each, found)
            else:
                self._add(path, found)
        found.problems.extend(_doubles(found.sources))
        return found

    def _add(self, path: Path, found: Found) -> None:
        if any(path.resolve() == each.path.resolve() for each in found.sources):
            return  # named twice, perhaps by its folder as well: read once
        if not path.is_file():
            reason = "is not a regular file" if path.exists() else "there is no such file"
            found.problems.append(Finding(None, "file", reason).at(str(path)))
            return
        try:
            found.sources.append(self._open(path))
        except BadFile as error:
            found.problems.append(error.finding.at(str(path)))

    def _open(self, path: Path) -> Source:
        stem, _, suffix = path.name.removesuffix(".gz").rpartition(".")
        suffix = f".{suffix.lower()}"
        kind = KIND_OF_STEM.get(stem.lower())
        if suffix in JSON_SUFFIXES:
            return self._open_json(path, stem)
        if suffix not in SUFFIXES or (suffix == ".parquet" and path.suffix == ".gz"):
            hint = "save a spreadsheet as CSV in UTF-8" if suffix.startswith(".xls") else "unpack it first"
            raise BadFile(f"is not one of {', '.join(SUFFIXES)}", hint)
        if kind is None:
            hint = nearest(stem, KIND_OF_STEM)
            raise BadFile(f"its name must be one of {', '.join(KIND_OF_STEM)}", hint)
        return CsvTable(path, kind, self.encoding) if suffix == ".csv" else ParquetTable(path, kind)

    def _open_json(self, path: Path, stem: str) -> Source:
        kind = KIND_OF_STEM.get(stem.lower())
        # A broken first line must not hide what the file is.
        values = (item.value for item in read_items(path, self.encoding))
        value = next((each for each in values if isinstance(each, dict)), {})
        if KIND_FIELD not in value and "record" in value and "keywords" in _union(path, self.encoding):
            areas = DirectoryAreas(_beside(path, AREAS_FILE))
            return Directory(path, self.encoding, self._skills(path), areas, self.capacity)
        if kind is None and KIND_FIELD not in value and is_hsds(value):
            return HsdsDocument(path, self.encoding, self._words(path.parent))
        return JsonRows(path, kind, self.encoding)

    def _words(self, folder: Path) -> Vocabulary:
        areas = _beside(folder / "services.csv", AREAS_FILE)
        codes = self.area_codes
        if areas is not None and not is_hsds_folder(folder):
            codes = codes | DirectoryAreas(areas).codes
        return Vocabulary(self._skills(folder / "services.csv"), AreaMap(codes), self.capacity)

    def _skills(self, path: Path) -> SkillMap:
        return SkillMap.read(self.mapping or _beside(path, SKILLS_FILE), self.skill_names)


def _union(path: Path, encoding: str) -> set[str]:
    """Field names of the first few records: not every record has every field."""
    items = zip(read_items(path, encoding), range(50), strict=False)
    return {name for item, _ in items if isinstance(item.value, dict) for name in item.value}


def _beside(path: Path, name: str) -> Path | None:
    neighbour = path.parent / name
    return neighbour if neighbour.is_file() else None


def _data_files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name.removesuffix(".gz").lower().endswith(SUFFIXES)
    ]


def _doubles(sources: Sequence[Source]) -> Iterator[RowProblem]:
    """Refuse the same table twice in one folder: an export in one format beside an older one."""
    places = [(each.path.parent, each.path.name.partition(".")[0]) for each in sources]
    for (folder, stem), count in Counter(places).items():
        if count > 1:
            reason = f"holds {stem} in {count} files"
            yield Finding(None, "folder", reason, "load one format at a time").at(str(folder))
