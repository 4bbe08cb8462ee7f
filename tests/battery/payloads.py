"""Texts that mean something to somebody: databases, browsers, spreadsheets, shells, logs, templates."""

from __future__ import annotations

from itertools import product

CYPHER = [
    "' OR 1=1 //",
    "') MATCH (n) DETACH DELETE n //",
    "' RETURN n UNION MATCH (m) RETURN m //",
    "`) MATCH (n) DETACH DELETE n //",
    "'}) CREATE (:Pwned) //",
    "\\' OR true //",
    "\\u0027 OR 1=1 //",
    "' CALL db.labels() YIELD label //",
    "' LOAD CSV FROM 'http://127.0.0.1/x' AS l RETURN l //",
    "$id",
    "{id: $id}",
    "n.name=~'.*'",
]
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE need; --",
    "1; ATTACH DATABASE 'x' AS y",
    "' UNION SELECT sql FROM sqlite_master --",
    "') ON CONFLICT DO NOTHING --",
    '" OR ""="',
    "%' AND 1=0 --",
    "?1",
    ":name",
]
HTML = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "<!--",
    "]]>",
    "</textarea><script>",
    "<iframe srcdoc='<p>'>",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% raw %}",
]
SHEETS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("x")',
    "'=1",
    "a,b;c|d",
    '"quoted"',
]
SHELLS = [
    "; ls",
    "| id",
    "`id`",
    "$(id)",
    "&& id",
    "../../etc/passwd",
    "%2e%2e%2f",
    "file:///etc/passwd",
    "~root",
    "NUL",
    "*",
]
LOGS = [
    "${jndi:ldap://127.0.0.1/a}",
    "%s%s%n",
    "%(name)s",
    "{0.__class__}",
    "{'event': 'forged'}",
    '","level":"critical',
]
WORDS = [
    "null", "None", "undefined", "true", "NaN", "Infinity", "-0", "1e309", "0x1F", "[]", "{}", "__proto__",
    "constructor", "id", "0", "2026-03-02", "\\", "\\n", "/", "//", "#", "?", "&", "%", "%00", "%zz", "+",
    "Ω≈ç√", "王小明", "社区", "é", "e\u0301", "ﬁ", "ＡＢＣ", "🙂", "👩‍👩‍👧", "İ", "ß", "\u0430dmin",
]  # fmt: skip
CONTROL = [
    "a\x00b", "a\r\nX-Forged: 1", "a\nlevel=critical", "a\tb", "\x1b[31mred", "a\x07", "a\x7f", "a\u0085b", "\ufeffa", "a\u202eb",
    "a\u200bb", "a\u2028b", "a\ufffeb", "\ud800", "\udfff\ud800", "a\U000e0001b", " ", "   ", "\u3000", "", "\u00a0",
]  # fmt: skip
LONG = ["x" * 129, "x" * 501, "x" * 10_000, "社" * 501, "🙂" * 501, "(" * 400, "[" * 400, "a" * 500]

_FRAMES = [("", ""), ("x", ""), ("", "x"), ("n1", " "), ("社", "区"), ("'", ""), ('"', '"'), ("\\", "")]
_FRAMED = [*CYPHER, *SQL, *HTML, *SHEETS, *SHELLS, *LOGS]
PAYLOADS = list(
    dict.fromkeys([*(f"{a}{text}{b}" for text, (a, b) in product(_FRAMED, _FRAMES)), *WORDS, *CONTROL, *LONG])
)
# One of each family, and whatever is not framed.
FEW = list(
    dict.fromkeys([*(each[0] for each in (CYPHER, SQL, HTML, SHEETS, SHELLS, LOGS)), *CONTROL, *LONG[:3]])
)
