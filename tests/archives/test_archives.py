import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from dengbu.archives import actions, queries, rules
from dengbu.archives.models import HandOver, Volume
from dengbu.core import documents
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from tests.support.dockets import SYSTEM, citizen, open_docket, staff
from tests.support.races import at_once

CLERK = staff("case.archive", "archive.hand_over")
CATALOGUE = [{"title": "不动产登记申请书", "pages": 3}, {"title": "身份证明", "pages": 2}]


def archived(**changes):
    given = {"docket_id": open_docket().pk, "catalogue": CATALOGUE, "paper_pages": 5}
    return actions.archive(actor=CLERK, **given | changes)


def open_list(volumes, document=b"%PDF list"):
    made = actions.make_hand_over(actor=CLERK, volume_ids=[v.pk for v in volumes])
    if document:
        actions.attach_list(actor=CLERK, hand_over_id=made.pk, document=document)
    return made


@pytest.mark.parametrize(
    ("catalogue", "paper", "note", "codes"),
    [
        (CATALOGUE, 5, "", []),
        (CATALOGUE, 6, "", ["PAPER_PAGES_DIFFER"]),
        (CATALOGUE, 4, "  ", ["PAPER_PAGES_DIFFER"]),
        (CATALOGUE, 4, "身份证明为单页双面", []),
        (CATALOGUE, -1, "", ["PAPER_PAGES_EMPTY"]),
        ([], 0, "", ["ARCHIVE_CATALOGUE_EMPTY"]),
        ([{"title": "询问笔录", "pages": 0}], 0, "", ["ARCHIVE_LINE_EMPTY"]),
    ],
)
def test_a_file_is_closed_only_when_paper_and_catalogue_agree(catalogue, paper, note, codes):
    assert [r.code for r in rules.may_archive(catalogue, paper, note)] == codes


def test_a_difference_is_said_with_both_numbers():
    (refusal,) = rules.may_archive(CATALOGUE, 4, "")
    assert refusal.message == "纸质材料清点为 4 页，卷内目录为 5 页。" and refusal.field == "difference_note"


@pytest.mark.django_db
class TestVolumes:
    def test_a_volume_has_its_number_its_pages_and_its_catalogue(self):
        volume = archived(document=b"%PDF catalogue")
        found = queries.volume_of(volume.docket_id)
        assert found.number.startswith("DA") and found.pages == 5 and found.archived_by == "孙倩"
        assert documents.read_verified(found.document_key, found.document_digest) == b"%PDF catalogue"
        assert [v.pk for v in queries.waiting_volumes()] == [volume.pk]

    def test_a_docket_is_archived_once(self):
        volume = archived()
        with pytest.raises(Conflict) as refused:
            archived(docket_id=volume.docket_id)
        assert refused.value.codes == ("ARCHIVE_DONE",)

    def test_only_the_archive_post_archives_and_hands_over(self):
        for somebody in (citizen(), staff("case.review")):
            with pytest.raises(NotPermitted):
                actions.archive(
                    actor=somebody, docket_id=open_docket().pk, catalogue=CATALOGUE, paper_pages=5
                )
            with pytest.raises(NotPermitted):
                actions.make_hand_over(actor=somebody)

    def test_the_database_keeps_an_archived_volume_as_it_is(self):
        volume = archived()
        for change in ("pages = 1", "catalogue = '[]'", "archived_by = 'x'"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(f"UPDATE archives_volume SET {change}")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("DELETE FROM archives_volume")
        with pytest.raises(IntegrityError), transaction.atomic():
            Volume.objects.bulk_create([Volume(**_copy(volume))])


def _copy(volume):
    return {
        "docket_id": volume.docket_id,
        "number": "DA2026-999999",
        "catalogue": CATALOGUE,
        "pages": 5,
        "paper_pages": 5,
        "archived_by": "x",
        "archived_at": volume.archived_at,
    }


@pytest.mark.django_db
class TestHandOver:
    def test_the_queue_moves_only_when_the_archive_room_has_signed(self):
        volumes = [archived() for _ in range(3)]
        made = open_list(volumes[:2])
        assert [v.pk for v in queries.waiting_volumes()] == [volumes[2].pk]
        assert queries.waiting_count() == 3
        (shown,) = queries.open_lists()
        assert (shown.pk, shown.volume_count, shown.page_count) == (made.pk, 2, 10)

        actions.receive_hand_over(actor=CLERK, hand_over_id=made.pk, received_by="周档案")
        assert queries.waiting_count() == 1 and queries.open_lists() == []
        assert [v.pk for v in queries.volumes_on(made.pk)] == [v.pk for v in volumes[:2]]
        assert queries.volume_of(volumes[0].docket_id).hand_over.received_by == "周档案"

    def test_without_choosing_all_that_wait_go_on_the_list_once(self):
        volumes = [archived() for _ in range(3)]
        made = actions.make_hand_over(actor=CLERK, key="k")
        assert actions.make_hand_over(actor=CLERK, key="k").pk == made.pk  # the double click
        assert len(queries.volumes_on(made.pk)) == len(volumes)
        with pytest.raises(Refused) as refused:
            actions.make_hand_over(actor=CLERK)
        assert refused.value.codes == ("ARCHIVE_NOTHING_WAITS",)

    def test_a_list_holds_two_hundred_volumes(self, monkeypatch):
        monkeypatch.setattr(rules, "LIST_LENGTH", 2)
        volumes = [archived() for _ in range(3)]
        made = actions.make_hand_over(actor=CLERK)
        assert [v.pk for v in queries.volumes_on(made.pk)] == [v.pk for v in volumes[:2]]
        assert [v.pk for v in queries.waiting_volumes()] == [volumes[2].pk]

    def test_a_volume_stands_on_one_list(self):
        volume = archived()
        open_list([volume])
        with pytest.raises(Refused) as refused:
            open_list([volume, archived()])
        assert refused.value.codes == ("VOLUME_ON_ANOTHER_LIST",)
        assert volume.number in refused.value.refusals[0].message

    def test_nobody_signs_for_a_list_that_was_not_printed(self):
        made = open_list([archived()], document=None)
        with pytest.raises(Refused) as refused:
            actions.receive_hand_over(actor=CLERK, hand_over_id=made.pk, received_by="周档案")
        assert refused.value.codes == ("HAND_OVER_NOT_PRINTED",)
        actions.attach_list(actor=CLERK, hand_over_id=made.pk, document=b"%PDF")
        with pytest.raises(Refused) as refused:
            actions.receive_hand_over(actor=CLERK, hand_over_id=made.pk, received_by=" ")
        assert refused.value.codes == ("HAND_OVER_RECEIVER_EMPTY",)
        assert queries.waiting_count() == 1

    def test_a_list_the_room_did_not_take_gives_its_volumes_back(self):
        volume = archived()
        made = open_list([volume])
        actions.return_hand_over(actor=CLERK, hand_over_id=made.pk, reason="第 2 卷缺页")
        assert [v.pk for v in queries.waiting_volumes()] == [volume.pk]
        with pytest.raises(Conflict) as refused:
            actions.receive_hand_over(actor=CLERK, hand_over_id=made.pk, received_by="周档案")
        assert refused.value.codes == ("HAND_OVER_RETURNED",)
        again = open_list([volume])
        assert again.number != made.number

    def test_a_signed_list_stays_as_it_is(self):
        made = open_list([archived()])
        actions.receive_hand_over(actor=CLERK, hand_over_id=made.pk, received_by="周档案")
        for act, arguments in (
            (actions.attach_list, {"document": b"other"}),
            (actions.receive_hand_over, {"received_by": "别人"}),
            (actions.return_hand_over, {"reason": "x"}),
        ):
            with pytest.raises(Conflict) as refused:
                act(actor=CLERK, hand_over_id=made.pk, **arguments)
            assert refused.value.codes == ("HAND_OVER_RECEIVED",)

    def test_waiting_volumes_are_read_page_by_page(self):
        volumes = [archived() for _ in range(3)]
        first = queries.waiting_volumes(limit=2)
        rest = queries.waiting_volumes(after=first[-1].pk, limit=2)
        assert [v.pk for v in first + rest] == [v.pk for v in volumes]

    def test_lists_are_read_page_by_page_newest_first(self):
        made = [open_list([archived()]) for _ in range(3)]
        first = queries.hand_overs(limit=2)
        rest = queries.hand_overs(before=first[-1].pk, limit=2)
        assert [m.pk for m in first + rest] == [m.pk for m in reversed(made)]


def test_two_clerks_at_once_put_a_volume_on_one_list(own_database):
    volumes = [archived() for _ in range(4)]
    ids = [v.pk for v in volumes]
    said = at_once(*[lambda: actions.make_hand_over(actor=CLERK, volume_ids=ids)] * 2)
    (refused,) = [s for s in said if isinstance(s, Refused)]
    assert refused.codes == ("VOLUME_ON_ANOTHER_LIST",)
    assert HandOver.objects.count() == 1


def test_volumes_are_numbered_whoever_asks(own_database):
    made = at_once(*[archived] * 3)
    assert len({v.number for v in made}) == 3
    assert actions.archive.permission == "case.archive" and SYSTEM.may("case.archive")
