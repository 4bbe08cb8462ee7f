"""HSDS as nested JSON: one object, an array, a page of an API, or JSON Lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from graph_models.domain.providers import Provider
from graph_models.exchange.hsds import Vocabulary, offers_in, provider_row
from graph_models.exchange.json_documents import read_items
from graph_models.exchange.opening import BadFile
from graph_models.exchange.problems import Finding, RowProblem, value_class
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import Entity


class HsdsDocument(Source):
    """One JSON file with HSDS objects."""

    needs_menu = True

    def __init__(self, path: Path, encoding: str, words: Vocabulary) -> None:
        super().__init__(path)
        self._encoding = encoding
        self._words = words
        self._facts: Counter[str] = Counter()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`."""
        try:
            is_empty = next(read_items(self.path, self._encoding), None) is None
        except BadFile as error:
            yield error.finding.at(str(self.path))
            return
        if is_empty:
            yield Finding(None, "file", "the file holds no object").at(str(self.path))

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return (Provider,)

    def facts(self) -> dict[str, int]:
        """See `Source`."""
        return hsds_facts(self._facts, self._words)

    def unmapped(self) -> Mapping[str, int]:
        """See `Source`."""
        return self._words.skills.unmapped

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        start_counting(self._facts, self._words)
        for item in read_items(self.path, self._encoding):
            self.bytes_read = item.position
            place = (str(self.path), item.line, item.number)
            if item.finding is not None or not isinstance(item.value, dict):
                finding = item.finding or Finding(None, value_class(item.value), "the item must be an object")
                yield SourceRow(kind, {}, *place, item.value, [finding])
                continue
            self._facts["objects"] += 1
            for offer in offers_in(item.value):
                self._facts["services at a location" if offer.place else "services without location"] += 1
                row, findings = provider_row(offer, self._words)
                yield SourceRow(kind, row, *place, item.value, findings)


def start_counting(facts: Counter[str], words: Vocabulary) -> None:
    """Forget what an earlier pass over the source counted."""
    facts.clear()
    words.skills.forget()
    words.areas.unmapped.clear()


def hsds_facts(facts: Counter[str], words: Vocabulary) -> dict[str, int]:
    """Return the counts of an HSDS source for the report."""
    return {
        **dict(sorted(facts.items())),
        "taxonomy terms mapped": len(words.skills.used),
        "taxonomy terms not naming a service": len(words.skills.not_services),
        "taxonomy terms not mapped": len(words.skills.unmapped),
        "service area names not known": words.areas.unmapped.total(),
    }
