"""Date-times: from a header's words to an aware ``datetime`` (:rfc:`5322#section-3.3`, 4.3).

The usual form is one pattern, and C does the arithmetic. Obsolete forms (comments anywhere,
two-digit years, zone names) and forms that were never allowed (``ctime``, RFC 850, ISO 8601,
dots in the time) are read after it. An instant that does not exist is None.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from re import Match
from typing import Final, NamedTuple

from pop3lib.headers.charsets import Note
from pop3lib.headers.scanner import without_comments

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL_DAYS: Final = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_FULL_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS: Final = {
    name[:3].capitalize(): f"{number:02}" for number, name in enumerate(_FULL_MONTHS, 1)
}

#: RFC 5322 4.3. UTC is not in its list, but it is what everyone means by +0000.
_ZONES: Final = {
    **dict.fromkeys(("UT", "GMT", "UTC"), 0),
    **{"EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8},
}
_OFFSETS: Final = {name: f"{hours:+03}00" for name, hours in _ZONES.items()}

#: What nearly everyone writes. Its groups are what :func:`usual_instant` takes.
USUAL_DATE: Final = (
    rf"(?:({'|'.join(_DAYS)}),[ \t]*+)?+([0-9]{{1,2}})[ \t]++({'|'.join(_MONTHS)})[ \t]++"
    # No 24 o'clock, which Python 3.14 takes for midnight.
    r"((?:[0-9]{2}){1,2})[ \t]++((?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})[ \t]++"
    rf"([+-](?:[01][0-9]|2[0-3])[0-5][0-9]|{'|'.join(_ZONES)})"
    r"(?:[ \t]++\([^()\\]*+\))*+[ \t]*+"
)
_USUAL: Final = re.compile(USUAL_DATE)

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_TIME = (
    r"(?P<hour>[0-9]{1,2}) ?[:.] ?(?P<minute>[0-9]{1,2})"
    r"(?: ?[:.] ?(?P<second>[0-9]{1,2})(?P<fraction>[.,][0-9]{1,9})?)?"
)
_REST = r"(?P<zone>(?:[ A-Za-z+-].*)?)"
#: a zone before the year
_EARLY_ZONE = r"(?P<before>[A-Za-z]+ |[+-][0-9]+ )?"
_WEEKDAY = r"(?:(?P<weekday>[A-Za-z\x80-\xff]++)\.?(?P<comma>(?: ?,)+)? ?)?"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        # RFC 5322, RFC 850 (dashes) and their neighbours
        _WEEKDAY
        + r"(?P<day>[0-9]{1,2})(?P<dash> ?[-/.] ?| )?(?P<month>[A-Za-z]+)\.?(?: ?[-/.,] ?| )?"
        rf"(?P<year>[0-9]+)(?P<late>,)? {_TIME}{_REST}",
        # ctime, with the zone before or behind the year
        _WEEKDAY + r"(?P<month>[A-Za-z]+)\.? (?P<day>[0-9]{1,2})(?P<dash>,)? "
        rf"(?:(?P<early>[0-9]{{4}}),? )?{_TIME} ?{_EARLY_ZONE}"
        r"(?P<year>[0-9]{4}\b)?" + _REST,
        # the same with the day before the month
        _WEEKDAY + rf"(?P<day>[0-9]{{1,2}}) (?P<month>[A-Za-z]+)\.? {_TIME} {_EARLY_ZONE}"
        r"(?P<year>[0-9]{4}\b)" + _REST,
        # ISO 8601, RFC 3339
        r"(?P<year>[0-9]{4})(?P<dash>-)(?P<number>[0-9]{2})-(?P<day>[0-9]{2})(?:T| )"
        rf"{_TIME}{_REST}",
    )
)
_ZONE: Final = re.compile(
    r" ?(?P<name>[A-Za-z]+)?(?P<offset>(?P<sign>[+-]) ?(?P<hours>[0-9]{1,2}?)"
    r"(?P<colon>:)?(?P<minutes>[0-9]{2})?(?![0-9]))?(?P<rest>.*)"
)

_OTHER_FORM: Final = "a date in another form than RFC 5322's"


class Instant(NamedTuple):
    """What a date field says."""

    #: aware, or None where there is no such instant
    datetime: datetime | None
    #: whether the offset says nothing of the sender's zone; ``datetime`` is in UTC then
    zone_unknown: bool
    defects: tuple[str, ...] = ()


def parse_date(octets: str) -> Instant:
    """Read a date-time."""
    if usual := _USUAL.fullmatch(octets):
        parts = usual.groups()
        when = usual_instant(*parts)
        if when is not None:  # faster than a NamedTuple's own
            return tuple.__new__(Instant, (when, parts[5] == "-0000", ()))
    return _read(octets)


def usual_instant(
    weekday: str | None, day: str, month: str, year: str, time: str, zone: str
) -> datetime | None:
    """Return the instant that a usual date names, or None where something is wrong with it."""
    if len(year) == 2:
        year = f"{'20' if year < '50' else '19'}{year}"  # RFC 5322 4.3
    if len(day) == 1:
        day = f"0{day}"
    try:
        when = datetime.fromisoformat(
            f"{year}-{_MONTHS[month]}-{day}T{time}{_OFFSETS.get(zone, zone)}"
        )
    except ValueError:  # the 31st of February, second 60
        return None
    if year < "1900" or (weekday is not None and _DAYS[when.weekday()] != weekday):
        return None
    return when


def _read(octets: str) -> Instant:
    defects: dict[str, None] = {}
    note = defects.setdefault
    bare = _SPACE.sub(" ", without_comments(octets, note)).strip(" ")
    for form in _FORMS:
        if parts := form.fullmatch(bare):
            when, zone_unknown = _instant(parts, note)
            break
    else:
        note("no date and time" if bare else "an empty date")
        when, zone_unknown = None, True
    return Instant(when, zone_unknown, tuple(defects))


def _instant(parts: Match[str], note: Note) -> tuple[datetime | None, bool]:
    _check_form(parts, note)
    given = parts.groupdict()
    zone = _zone(given["zone"] + " " + (given.get("before") or ""), note)
    month = int(given["number"]) if given.get("number") else _month(given["month"], note)
    year = _year(given["year"] or given.get("early"), note)
    hour = int(given["hour"])
    second = int(given["second"] or 0)
    if second == 60:
        # A leap second, which RFC 5322 3.3 allows and datetime cannot hold: the second before.
        second = 59
        if given["minute"] != "59":
            note("a second 60 that is no leap second")
    try:
        when = datetime(
            year, month, int(given["day"]), hour, int(given["minute"]), second,
            tzinfo=zone or UTC,
        )  # fmt: skip
    except ValueError:
        note("a date or time that does not exist")
        return None, True
    _check_weekday(given.get("weekday"), when, note)
    return when, zone is None


def _check_form(parts: Match[str], note: Note) -> None:
    given = parts.groupdict()
    separator = (given.get("dash") or "").strip(" ")
    digits = len(given["hour"]), len(given["minute"]), len(given["second"] or "00")
    plain = parts.re is _FORMS[0] and not separator and not given["late"]
    comma = (given.get("comma") or "").strip(" ") == ("," if given.get("weekday") else "")
    time = parts.string[parts.start("hour") : parts.start("zone")]
    if not plain or not comma or digits != (2, 2, 2) or "." in time or "," in time:
        note(_OTHER_FORM)


def _year(digits: str | None, note: Note) -> int:
    """RFC 5322 4.3: two digits are 1950 to 2049, three count from 1900."""
    if not digits or not 2 <= len(digits) <= 4:
        return 0  # no year of datetime's, so no date
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    if len(digits) == 3:
        return year + 1900
    if year < 1900:
        note("a year before 1900")
    return year


def _month(name: str, note: Note) -> int:
    lower = name.lower()
    for number, full in enumerate(_FULL_MONTHS, 1):
        if len(lower) >= 3 and full.startswith(lower):
            if len(lower) > 3 and lower != "may":
                note(_OTHER_FORM)
            return number
    return 0  # no month of datetime's, so no date


def _check_weekday(name: str | None, when: datetime, note: Note) -> None:
    if name is None:
        return
    if len(name) < 3 or not _FULL_DAYS[when.weekday()].startswith(name.lower()):
        note("the wrong day of the week")
    elif len(name) > 3:
        note(_OTHER_FORM)


def _zone(words: str, note: Note) -> tzinfo | None:
    """Return the zone, or None where the sender's is unknown (-0000, RFC 5322 3.3)."""
    parts = _ZONE.match(words)
    name = ((parts and parts["name"]) or "").upper()
    if parts is None or not (name or parts["offset"]):
        note("a date without a zone" if not words.strip(" ") else "a zone that cannot be read")
        return None
    if parts["rest"].strip(" "):
        note("text behind the zone")
    if parts["offset"]:
        if name or parts["colon"] or len(parts["offset"]) != 5:
            note(_OTHER_FORM)
        return _offset(parts, note)
    if name in ("AM", "PM"):
        # A clock of twelve hours was never allowed; by the grammar this is a zone, unknown
        note("AM or PM, which RFC 5322 does not know")
    # RFC 5322 4.3: military letters and other names say nothing, and are -0000
    return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else None


def _offset(parts: Match[str], note: Note) -> tzinfo | None:
    hours, minutes = int(parts["hours"]), int(parts["minutes"] or 0)
    if hours > 23 or minutes > 59:
        note("a zone that does not exist")
        return None
    if parts["sign"] == "-":
        return timezone(-timedelta(hours=hours, minutes=minutes)) if hours or minutes else None
    return timezone(timedelta(hours=hours, minutes=minutes))
