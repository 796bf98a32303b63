"""The state of unique-ids: every transition, without a file or a clock."""

from __future__ import annotations

import pytest

from pop3lib.uidstate import Entry, Listed, Stage, UidState

DAY = 24 * 3600.0


def state_with(uid: str = "x", digest: str = "d") -> UidState:
    state = UidState("ann")
    state.listed([uid], 1.0)
    state.saved(uid, digest, 2.0)
    return state


def stage(state: UidState, uid: str = "x") -> Stage:
    return state.entries[uid].stage


def test_an_id_that_is_listed_is_seen_and_not_settled() -> None:
    state = UidState("ann")
    found = state.listed(["x", "y", "y", ""], 1.0)
    assert found == Listed(frozenset("xy"), frozenset(), frozenset("y"), 0)
    assert state.entries == {uid: Entry(uid, Stage.SEEN, 1.0, 1.0) for uid in ("x", "y")}
    assert not state.settled("x") and not state.settled(None) and not state.settled("z")


def test_what_was_saved_is_settled_as_long_as_it_is_listed() -> None:
    state = state_with()
    assert state.settled("x") and state.has("x", "d") and not state.has("x", "e")
    state.listed(["x"], 3.0)
    assert state.settled("x") and state.entries["x"].first_seen == 1.0


def test_an_id_that_was_away_is_doubtful_until_its_octets_were_compared() -> None:
    state = state_with()
    assert state.listed([], 3.0).vanished == {"x"}
    assert state.entries["x"].gone == 3.0 and not state.settled("x")
    assert not state.listed(["x"], 4.0).fresh
    assert stage(state) is Stage.DOUBTFUL and not state.settled("x")
    state.saved("x", "d", 5.0)
    assert state.settled("x") and state.entries["x"].first_seen == 1.0


def test_another_message_under_the_same_id_is_as_old_as_it_is_itself() -> None:
    state = state_with()
    state.committed(["x"], 3.0)
    state.listed(["x"], 4.0)
    state.saved("x", "other", 5.0)
    assert state.entries["x"] == Entry("x", Stage.SAVED, 5.0, 5.0, ("other",))


@pytest.mark.parametrize("away", [False, True])
def test_marks_whose_end_is_not_known_make_doubtful(away: bool) -> None:
    state = state_with()
    state.marked(["x"], 3.0)
    assert stage(state) is Stage.MARKED and not state.settled("x")
    found = state.listed([] if away else ["x"], 4.0)
    assert not found.vanished, "what was marked was meant to go"
    assert stage(state) is (Stage.MARKED if away else Stage.DOUBTFUL)


def test_what_was_committed_is_gone_and_doubtful_if_it_comes_back() -> None:
    state = state_with()
    state.marked(["x"], 3.0)
    state.committed(["x"], 4.0)
    assert stage(state) is Stage.DELETED and state.entries["x"].gone == 4.0
    state.listed(["x"], 5.0)
    assert stage(state) is Stage.DOUBTFUL and state.has("x", "d")


def test_what_was_deleted_unseen_is_new_if_it_comes_back() -> None:
    state = UidState("ann")
    state.listed(["x"], 1.0)
    state.marked(["x"], 2.0)
    state.committed(["x"], 3.0)
    state.listed(["x"], 4.0)
    assert state.entries["x"] == Entry("x", Stage.SEEN, 4.0, 4.0)


def test_messages_that_share_an_id_stay_doubtful() -> None:
    state = UidState("ann")
    state.listed(["x", "x"], 1.0)
    state.saved("x", "d", 2.0, shared=True)
    state.saved("x", "e", 2.0, shared=True)
    assert state.has("x", "d") and state.has("x", "e") and not state.settled("x")
    state.listed(["x"], 3.0)
    assert not state.settled("x"), "one may have been saved, and the other be here"


def test_a_saved_id_that_comes_to_be_shared_is_doubtful() -> None:
    state = state_with()
    state.listed(["x", "x"], 3.0)
    assert stage(state) is Stage.DOUBTFUL


def test_most_ids_gone_and_as_many_new_look_like_new_ids_for_all() -> None:
    uids = [str(n) for n in range(10)]
    state = UidState("ann")
    state.listed(uids, 1.0)
    assert not state.listed(uids, 2.0).renewed
    found = state.listed(["a", "b", "c", "d", "e", "f", *uids[:4]], 3.0)
    assert found.renewed and len(found.vanished) == 6
    assert not state.listed(["a"], 4.0).renewed, "what goes is no sign: something must come"


def test_a_message_with_a_new_id_keeps_its_time() -> None:
    state = state_with()
    state.listed(["new"], 3.0)
    state.renewed("x", "new", "d", 4.0)
    assert dict(state.entries) == {"new": Entry("new", Stage.SAVED, 1.0, 4.0, ("d",))}


def test_of_several_messages_with_one_id_each_gets_its_new_one() -> None:
    state = UidState("ann")
    state.listed(["x", "x"], 1.0)
    state.saved("x", "d", 2.0, shared=True)
    state.saved("x", "e", 2.0, shared=True)
    state.listed(["a", "b"], 3.0)
    assert state.gone() == {"d": ["x"], "e": ["x"]}
    state.renewed("x", "a", "d", 4.0)
    state.renewed("x", "b", "e", 4.0)
    assert {uid: entry.digests for uid, entry in state.entries.items()} == {
        "a": ("d",),
        "b": ("e",),
    }


def test_what_went_by_itself_is_found_by_its_octets_and_what_was_deleted_is_not() -> None:
    state = state_with()
    state.saved("y", "e", 1.0)
    assert state.gone() == {}
    state.committed(["y"], 2.0)
    state.listed([], 3.0)
    assert state.gone() == {"d": ["x"]}


def test_what_has_long_gone_is_forgotten_and_nothing_else() -> None:
    state = state_with()
    state.listed(["y"], 3.0)
    state.forget(3.0 + 30 * DAY)
    assert len(state) == 2
    state.forget(4.0 + 30 * DAY)
    assert set(state.entries) == {"y"}


def test_changes_are_told_once_and_can_be_taken_back() -> None:
    state = state_with()
    changes = state.changes()
    assert changes == dict(state.entries) and state.changes() == {}
    state.marked(["x"], 3.0)
    state.changed_again(changes)
    assert state.changes() == dict(state.entries), "what came later counts"
    state.listed([], 4.0)
    state.forget(4.0 + 31 * DAY)
    assert state.changes() == {"x": None}


def test_copies_are_counted_by_their_octets() -> None:
    state = UidState("ann", state_with())
    assert state.changes() == {} and state.copies("d") == 1
    state.saved("y", "d", 2.0)
    assert state.copies("d") == 2
    state.saved("y", "e", 3.0)
    assert (state.copies("d"), state.copies("e"), state.copies("f")) == (1, 1, 0)
    state.listed([], 4.0)
    state.forget(1e9)
    assert state.copies("d") == state.copies("e") == 0


def test_how_old_a_message_is() -> None:
    state = state_with()
    assert [state.first_seen(uid, 9.0) for uid in ("x", "y", None)] == [1.0, 9.0, 9.0]
