"""Which messages of one maildrop were seen, saved, marked and deleted: a pure object.

It knows no file, no clock and no wire: whoever asks says what time it is, in seconds since 1970.

A unique-id is believed as far as :rfc:`1939#section-7` lets one believe it: while a message is
there, its id is its own; once it is gone, another may get the same id. So what was saved under an
id is skipped only while the server has listed the id ever since. In every other case the message
is *doubtful*: it is fetched once more and compared with what was saved, by its octets' digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

#: So many digests are kept for one unique-id that several messages share.
_DIGESTS = 64
_DAY = 24 * 3600.0


class Stage(Enum):
    """How far a message has come."""

    #: the server listed it; it was not saved
    SEEN = "seen"
    #: it is in the store, and its id can be relied upon
    SAVED = "saved"
    #: something was saved under this id; whether it is this message must be seen by its octets
    DOUBTFUL = "doubtful"
    #: it was marked as deleted, and QUIT's answer is not known
    MARKED = "marked"
    #: QUIT's ``+OK`` has removed it
    DELETED = "deleted"


@dataclass(frozen=True)
class Entry:
    """What is known of one unique-id."""

    #: the unique-id, as the server gave it
    uid: str
    #: how far its message has come
    stage: Stage
    #: when the server listed it first, in seconds since 1970
    first_seen: float
    #: when it came to its stage
    changed: float
    #: SHA-256 of each message that was saved under this id, in hexadecimal
    digests: tuple[str, ...] = ()
    #: since when the server has not listed it any more; None while it does
    gone: float | None = None


@dataclass(frozen=True)
class Listed:
    """What a listing changed."""

    #: the ids that were not known before
    fresh: frozenset[str] = frozenset()
    #: the ids that were listed last time, and are not any more
    vanished: frozenset[str] = frozenset()
    #: the ids that several messages share in this very listing
    shared: frozenset[str] = frozenset()
    #: how many were known and listed last time
    before: int = 0

    @property
    def renewed(self) -> bool:
        """Whether most ids went and as many came: so it looks when a server gives new ids to all.

        Dovecot does so when its ``pop3_uidl_format`` is changed, many when they are migrated.
        """
        return bool(self.before) and 2 * min(len(self.vanished), len(self.fresh)) > self.before


class UidState:
    """The unique-ids of one maildrop, and what became of their messages.

    :param account: whose maildrop it is, such as ``"ann@pop.example.org"``.
    :param entries: what is known already.
    """

    def __init__(self, account: str = "", entries: Iterable[Entry] = ()) -> None:
        #: whose maildrop it is
        self.account: str = account
        self._entries: dict[str, Entry] = {}
        self._changes: dict[str, Entry | None] = {}
        self._copies: Counter[str] = Counter()
        for entry in entries:
            self._put(entry)
        self._changes.clear()

    # --- looking ---

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What is known, by unique-id."""
        return MappingProxyType(self._entries)

    def settled(self, uid: str | None) -> bool:
        """Whether the message that has this id now is surely in the store."""
        entry = self._entries.get(uid) if uid is not None else None
        return entry is not None and entry.stage is Stage.SAVED and entry.gone is None

    def has(self, uid: str | None, digest: str) -> bool:
        """Whether a message with these octets was saved under this id."""
        entry = self._entries.get(uid) if uid is not None else None
        return entry is not None and digest in entry.digests

    def gone(self) -> dict[str, list[str]]:
        """Return the ids that went without a confirmed deletion, by their messages' digests.

        A message that comes under a new id and has the octets of one of these is that message:
        the server has given it another id.
        """
        lost = (entry for entry in self if entry.gone is not None)
        kept = (entry for entry in lost if entry.stage is not Stage.DELETED)
        found: dict[str, list[str]] = {}
        for entry in kept:
            for digest in entry.digests:
                found.setdefault(digest, []).append(entry.uid)
        return found

    def copies(self, digest: str) -> int:
        """Return how many messages with these octets were saved, as far as is remembered."""
        return self._copies[digest]

    def first_seen(self, uid: str | None, now: float) -> float:
        """Return when the server listed this id first: *now* for one that is not known."""
        entry = self._entries.get(uid) if uid is not None else None
        return now if entry is None else entry.first_seen

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __repr__(self) -> str:
        return f"<UidState of {self.account!r}: {len(self)} unique-ids>"

    # --- what happens ---

    def listed(self, uids: Iterable[str], now: float) -> Listed:
        """Take note of what UIDL said at the begin of a session, and return what is new in it."""
        counts = Counter(uid for uid in uids if uid)
        before = {uid: entry for uid, entry in self._entries.items() if entry.gone is None}
        fresh = counts.keys() - self._entries.keys()
        shared = frozenset(uid for uid, count in counts.items() if count > 1)
        for uid in fresh:
            self._put(Entry(uid, Stage.SEEN, now, now))
        for uid in counts.keys() - fresh:
            self._seen_again(self._entries[uid], uid in shared, now)
        for uid in before.keys() - counts.keys():
            self._put(replace(before[uid], gone=now))
        # What was marked may well be gone: that is no vanishing.
        kept = {uid for uid, entry in before.items() if entry.stage is not Stage.MARKED}
        return Listed(frozenset(fresh), frozenset(kept - counts.keys()), shared, len(kept))

    def _seen_again(self, entry: Entry, shared: bool, now: float) -> None:
        sure = entry.gone is None and not shared and entry.stage in (Stage.SEEN, Stage.SAVED)
        if sure or (entry.gone is None and entry.stage is Stage.DOUBTFUL):
            return
        if entry.digests:
            self._put(replace(entry, stage=Stage.DOUBTFUL, changed=now, gone=None))
        elif entry.gone is not None or entry.stage is not Stage.SEEN:
            self._put(Entry(entry.uid, Stage.SEEN, now, now))

    def saved(self, uid: str, digest: str, now: float, *, shared: bool = False) -> None:
        """Note that a message is safe in the store.

        :param digest: SHA-256 of its octets, in hexadecimal.
        :param shared: whether other messages have the same id in this session.
        """
        entry = self._entries.get(uid) or Entry(uid, Stage.SEEN, now, now)
        digests = tuple(dict.fromkeys((*entry.digests, digest)))[-_DIGESTS:]
        if shared:
            stage, since = Stage.DOUBTFUL, entry.first_seen
        else:
            # Under an id that had another message, or several, this one's time begins now.
            stage, since = Stage.SAVED, now if len(digests) > 1 else entry.first_seen
            digests = (digest,)
        self._put(Entry(uid, stage, since, now, digests))

    def marked(self, uids: Iterable[str], now: float) -> None:
        """Note that messages are marked as deleted: from here on QUIT may remove them."""
        self._move(uids, Stage.MARKED, now, None)

    def committed(self, uids: Iterable[str], now: float) -> None:
        """Note that QUIT's ``+OK`` has removed messages."""
        self._move(uids, Stage.DELETED, now, now)

    def renewed(self, old: str, new: str, digest: str, now: float) -> None:
        """Note that a message that was saved under the id *old* has the id *new* now."""
        entry = self._entries[old]
        others = tuple(each for each in entry.digests if each != digest)
        if others:  # several messages had the id
            self._put(replace(entry, digests=others))
        else:
            self._drop(old)
        self._put(Entry(new, Stage.SAVED, entry.first_seen, now, (digest,)))

    def forget(self, now: float, days: float = 30.0) -> None:
        """Forget what the server has not listed for so many *days*."""
        for uid, entry in list(self._entries.items()):
            if entry.gone is not None and now - entry.gone > days * _DAY:
                self._drop(uid)

    def changes(self) -> dict[str, Entry | None]:
        """Return what has changed since the last call, None for what was forgotten."""
        changes, self._changes = self._changes, {}
        return changes

    def changed_again(self, changes: Mapping[str, Entry | None]) -> None:
        """Take back *changes* that could not be recorded; later ones count more."""
        self._changes = {**changes, **self._changes}

    def _move(self, uids: Iterable[str], stage: Stage, now: float, gone: float | None) -> None:
        for uid in uids:
            entry = self._entries.get(uid) or Entry(uid, Stage.SEEN, now, now)
            self._put(replace(entry, stage=stage, changed=now, gone=gone))

    def _put(self, entry: Entry) -> None:
        old = self._entries.get(entry.uid)
        self._copies.subtract(() if old is None else old.digests)
        self._copies.update(entry.digests)
        self._entries[entry.uid] = self._changes[entry.uid] = entry

    def _drop(self, uid: str) -> None:
        self._copies.subtract(self._entries.pop(uid).digests)
        self._changes[uid] = None
