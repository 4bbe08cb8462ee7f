"""A document as a checker sees it: tags in order, texts, and the cells of its tables."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Self

VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


class Document(HTMLParser):
    """Reads HTML strictly: each tag that opens must close, in order.

    `tags` holds (tag, attributes); `words` the text outside of style and maps.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.children: dict[str, list[list[str]]] = {}
        self.words = ""
        self._open: list[str] = []

    @classmethod
    def of(cls, html: str) -> Self:
        document = cls()
        document.feed(html)
        document.close()
        assert document._open == []
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.tags.append((tag, dict(attrs)))
        for parent in self._open:
            self.children.setdefault(parent, [[]])[-1].append(tag)
        self.children.setdefault(tag, []).append([])
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self._open):
            self.words += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]
