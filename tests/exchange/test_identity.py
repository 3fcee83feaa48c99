import json
import os

import pytest

from dengbu.core import clock
from dengbu.core.ports import PartnerRejected, PartnerUnavailable, SignatureRejected
from dengbu.exchange import keys
from dengbu.exchange.identity import wire
from dengbu.exchange.identity.simulator import save_population
from dengbu.parties.ports import IdentityOutcome, IdentityQuery


def numbered(first17: str) -> str:
    return next(first17 + sign for sign in "0123456789X" if wire.well_formed(first17 + sign))


ZHANG = ("张示范", numbered("99010619900101123"))
LI = ("李示范", numbered("99010619850202224"))


def ask(partners, name, number, **changes):
    return partners.adapter("identity", **changes).verify(IdentityQuery(name, number, "real_name", "u-1"))


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_published_numbers_have_the_right_check_digit(number):
    assert wire.well_formed(number)
    assert not wire.well_formed(number[:16] + str((int(number[16]) + 1) % 10) + number[17])


def test_the_three_answers(partners):
    save_population(partners.data / "population.json", [ZHANG])

    fits = ask(partners, *ZHANG)
    assert fits.outcome is IdentityOutcome.MATCH
    assert fits.request_id.startswith("GA") and abs((fits.answered_at - clock.now()).total_seconds()) < 60
    assert ask(partners, "王示范", ZHANG[1]).outcome is IdentityOutcome.MISMATCH
    assert ask(partners, *LI).outcome is IdentityOutcome.NOT_FOUND


def test_a_person_who_moves_in_is_known_at_once(partners):
    save_population(partners.data / "population.json", [ZHANG])
    assert ask(partners, *LI).outcome is IdentityOutcome.NOT_FOUND
    save_population(partners.data / "population.json", [ZHANG, LI])
    assert ask(partners, *LI).outcome is IdentityOutcome.MATCH
    assert (partners.data / "population.json").stat().st_mode & 0o077 == 0


def test_without_a_population_every_number_fits_except_names_that_say_otherwise(partners):
    assert ask(partners, *LI).outcome is IdentityOutcome.MATCH
    assert ask(partners, "不符先生", LI[1]).outcome is IdentityOutcome.MISMATCH


def test_a_number_with_a_wrong_check_digit_is_not_even_sent(partners):
    wrong = LI[1][:17] + ("1" if LI[1][17] != "1" else "2")
    with pytest.raises(PartnerRejected) as refused:
        ask(partners, LI[0], wrong, base_url="http://127.0.0.1:9")
    assert refused.value.codes == ("IDENTITY_NUMBER_MALFORMED",)
    assert refused.value.refusals[0].field == "id_number"


class Raw:
    """A request made by hand, to be spoilt."""

    def __init__(self, partners):
        self.http = partners.http
        secret = keys.read_keys(partners.config["identity"]["keys_dir"])["identity"]
        self.sign_key, self.cipher_key = (
            bytes.fromhex(secret["sign_key"]),
            bytes.fromhex(secret["cipher_key"]),
        )
        self.stamp, self.nonce = str(clock.epoch_seconds()), os.urandom(16).hex()
        self.app_id = secret["app_id"]
        sealed = wire.seal(self.cipher_key, wire.Person(*ZHANG), nonce=self.nonce, iv=os.urandom(12))
        self.content = {"purpose": "real_name", "reference": "u-1", "sealed": sealed}

    def send(self, *, spoil=b"", **headers):
        body = json.dumps(self.content).encode()
        signed = wire.signature(
            self.sign_key, method="POST", path=wire.PATH, timestamp=self.stamp, nonce=self.nonce, body=body
        )
        sent = {
            "X-App-Id": self.app_id,
            "X-Timestamp": self.stamp,
            "X-Nonce": self.nonce,
            "X-Signature": signed,
        }
        return self.http.post("/identity" + wire.PATH, content=body + spoil, headers=sent | headers)


def test_neither_name_nor_number_is_readable_on_the_way(partners):
    sent = json.dumps(Raw(partners).content)
    assert ZHANG[1] not in sent and "张示范" not in json.loads(sent)["sealed"]


def test_the_same_request_a_second_time_is_refused(partners):
    raw = Raw(partners)
    assert raw.send().status_code == 200
    again = raw.send()
    assert (again.status_code, again.json()["code"]) == (409, "NONCE_REPLAYED")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"spoil": b" "}, "SIGNATURE_WRONG"),
        ({"X-Nonce": "f" * 32}, "SIGNATURE_WRONG"),
        ({"X-Signature": "0" * 64}, "SIGNATURE_WRONG"),
        ({"X-App-Id": "another"}, "APP_UNKNOWN"),
    ],
)
def test_a_request_changed_on_the_way_is_refused(partners, spoil, code):
    answer = Raw(partners).send(**spoil)
    assert (answer.status_code, answer.json()["code"]) == (401, code)


@pytest.mark.parametrize(("late", "status"), [(299, 200), (301, 401), (-320, 401)])
def test_a_request_is_good_for_five_minutes(partners, late, status):
    raw = Raw(partners)
    raw.stamp = str(int(raw.stamp) - late)
    assert raw.send().status_code == status


def test_a_seal_made_for_another_request_cannot_be_opened(partners):
    raw = Raw(partners)
    raw.nonce = os.urandom(16).hex()
    assert raw.send().json()["code"] == "SEAL_UNREADABLE"


def test_without_a_purpose_nobody_is_looked_up(partners):
    raw = Raw(partners)
    raw.content["purpose"] = ""
    assert raw.send().json()["code"] == "PURPOSE_MISSING"


def test_an_answer_with_another_key_is_not_believed(partners):
    with pytest.raises(SignatureRejected):
        ask(partners, *ZHANG, sign_key="00" * 32)


def test_an_answer_to_another_question_is_not_believed():
    key, body = b"k" * 32, b'{"result":"1"}'
    one = wire.answer_signature(key, status=200, timestamp="1", nonce="a" * 32, body=body)
    other = wire.answer_signature(key, status=200, timestamp="1", nonce="b" * 32, body=body)
    assert one != other


@pytest.mark.parametrize("mode", ["unavailable", "silent"])
def test_a_service_that_is_down_is_asked_again_under_new_nonces_and_then_told_to_the_person(partners, mode):
    partners.mode("identity", mode)
    adapter = partners.adapter("identity", retries=2)
    sent = []
    adapter._caller._client.event_hooks = {
        "request": [lambda request: sent.append(request.headers["X-Nonce"])]
    }

    with pytest.raises(PartnerUnavailable) as refused:
        adapter.verify(IdentityQuery(*ZHANG, "real_name"))

    assert refused.value.codes == ("IDENTITY_UNAVAILABLE",)
    assert "窗口" in refused.value.refusals[0].remedy
    assert len(sent) == len(set(sent)) == 3


def test_a_service_that_never_answers_is_unavailable(partners, nobody_listens):
    with pytest.raises(PartnerUnavailable):
        ask(partners, *ZHANG, base_url=nobody_listens, timeout=0.05, retries=0)


def test_a_question_shown_in_a_log_names_nobody():
    shown = repr(IdentityQuery(*ZHANG, "real_name")) + repr(wire.Person(*ZHANG))
    assert ZHANG[0] not in shown and ZHANG[1] not in shown
