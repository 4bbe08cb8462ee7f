"""Cells that spreadsheets, exports and people produce, and that no column of their type can hold."""

from __future__ import annotations

from graph_models.declarations import PropertyType

# Full-width, Arabic and Devanagari digits, a minus sign that is none, a space that is none.
_NO_NUMBER = [
    "many", "１２", "٣", "१", "−4", "--1", "+-1", "4 5", "1\u00a0000", "IV", "四", "1,000", "1.000,5", "4;", "4%",
    "0x10", "1_0", "=2+2", "='4", "#REF!", "#N/A", "N/A", "null", "½", "4a", "1e", "5 km", "～5", "\u200b4", "4\u202e", "4\x07",
]  # fmt: skip
NASTY = {
    PropertyType.INTEGER: [*_NO_NUMBER, "4.5", "1e3", "NaN", "inf", "9" * 30, "99999999999", "-99999999999", "1.0"],
    PropertyType.FLOAT: [*_NO_NUMBER, "nan", "inf", "-inf", "1e999", "23°06'", "２３．１", "1/2", "1.2.3", "99999999"],
    PropertyType.BOOLEAN: [
        "yes", "no", "1", "0", "T", "on", "是", "ｔｒｕｅ", "=TRUE()", "truefalse", "null", "✓", "tr\u200bue", "wahr",
    ],
    PropertyType.INSTANT: [
        "2026-03-02", "02/03/2026", "2026-03-02 09:00", "2026-02-30T09:00:00Z", "2026-13-01T00:00:00Z", "45353.375",
        "2026-03-02T25:00:00Z", "1772442000", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "today", "=NOW()",
        "２０２６-03-02T09:00:00Z", "2026年3月2日", "2026-03-02T09:00:00 Asia/Shanghai",
    ],
    PropertyType.WEEKLY_HOURS: [
        "9 to 5", "Mo", "Mo 9-17", "Mo 17:00-09:00", "Mo 09:00-25:00", "Monday 09:00-17:00", "周一 09:00-17:00",
        "Mo 09：00-17：00", "Mo 09:00–17:00", "24/7", "Xx 09:00-10:00", "Mo 09:00-12:00; Mo 11:00-13:00", "=A1", "Mo 09:60-10:00",
    ],
    PropertyType.STRING_LIST: ["a||b", "|a", "a|", "||", "a| |b", "two words", "a|a", "é", "a|b\x07", "\u200ba", "=a", "x" * 129],
}  # fmt: skip
# What cannot be the key of anything, and keys of nothing.
NO_KEY = [
    "two words", "é", "a/b", "../x", "a|b", "\u0430bc", "ａ", "a\u200bb", "a\x00b", "-a", ".a", "_a", "a'b", "a;b", "x" * 129, "=a",
    "{}", "<b>", "no-such-key", "a\u202eb", "a%20b", "a&b", "🙂",
]  # fmt: skip
NO_WORD = ["Unknown", "ACTIVE ", "no such", "=A1", "１", "\u0430ctive", "x" * 65, "a\x07", "no_such_word"]
NO_TEXT = [
    "a\x07b",
    "a\x00b",
    "a\u202eb",
    "a\u200bb",
    "a\x1b[31m",
    "x" * 501,
    "=1+1",
    "=cmd|' /C calc'!A0",
    "   ",
    "\ufeffa",
    "a\u2028b",
]
