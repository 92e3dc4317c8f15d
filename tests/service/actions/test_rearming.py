"""Beginning again by oneself: by a code in a mail or a wallet's signature, if the merchant allows it."""

import pytest

from tests.service.actions.conftest import code_in
from tests.service.actions.test_rows import BACK
from tests.service.buyers.conftest import ANN, BOB, signature


@pytest.fixture
def used_up(shop, visitor):
    """A purchase whose action is used up, and its user."""

    def make(rearm, wallet="", **more):
        shop.action(BACK, "open", max_executions=1, rearm=rearm, **more)
        customer = {"external_id": "ann", "email": "ann@example.org"} | ({"wallet": wallet} if wallet else {})
        purchase, ann = shop.bought(customer=customer), shop.user()
        if wallet:
            ann.headers = {"Authorization": f"Bearer {visitor.sign_in(ANN)['token']}"}
        ann.execute(purchase, "open")
        ann.execute(purchase, "open", status=409)
        return ann, purchase

    return make


def rearm(ann, purchase, path="", body=None, status=200):
    return ann.call("POST", f"/{purchase['id']}/actions/open/rearm{path}", body, status=status)


def code_for(shop, ann, purchase, box):
    assert rearm(ann, purchase, "/code", status=202) == {"sent_to": "a***@example.org"}
    shop.settle()
    return code_in(box.mails[-1])


def test_sd04_a_code_in_a_mail_arms_an_action_again(shop, used_up, box):
    ann, purchase = used_up("email")
    code = code_for(shop, ann, purchase, box)
    shown = rearm(ann, purchase, body={"code": code})
    assert (shown["remaining"], shown["usable"]) == (1, True)
    assert ann.execute(purchase, "open")["number"] == 2
    assert rearm(ann, purchase, body={"code": code}, status=403)["code"] == "code-invalid"
    (team,) = shop.call("GET", f"/purchases/{purchase['id']}/actions")["data"]
    assert team["uses"] == [{"person": ann.customer_id, "count": 1, "rearms": 1}]


def test_sd04_a_wrong_code_arms_nothing_and_the_sixth_is_too_late(shop, used_up, box):
    ann, purchase = used_up("email")
    code = code_for(shop, ann, purchase, box)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    details = [rearm(ann, purchase, body={"code": wrong}, status=403)["detail"] for _ in range(5)]
    assert details[-1].endswith("0 more tries")
    assert "5 wrong codes" in rearm(ann, purchase, body={"code": code}, status=403)["detail"]
    ann.execute(purchase, "open", status=409)


def test_sd04_a_signature_arms_an_action_again(shop, used_up):
    ann, purchase = used_up("wallet", ANN.address)
    made = rearm(ann, purchase, "/message", {"address": ANN.address})
    assert f"Use open of purchase {purchase['id']} again." in made["message"]
    body = {"message": made["message"], "signature": signature(made["message"], ANN)}
    assert rearm(ann, purchase, "/signature", body)["remaining"] == 1
    ann.execute(purchase, "open")
    assert rearm(ann, purchase, "/signature", body, 401)["code"] == "signature-invalid"


def test_sd04_a_strangers_signature_or_another_text_arms_nothing(shop, used_up, visitor):
    ann, purchase = used_up("any", ANN.address)
    assert rearm(ann, purchase, "/message", {"address": BOB.address}, 403)["code"] == "rearm-refused"
    text = rearm(ann, purchase, "/message", {"address": ANN.address})["message"]
    assert rearm(ann, purchase, "/signature", {"message": text, "signature": signature(text, BOB)}, 401)
    other = visitor.message(ANN)
    refused = rearm(ann, purchase, "/signature", {"message": other, "signature": signature(other, ANN)}, 401)
    assert "has to say" in refused["detail"]
    ann.execute(purchase, "open", status=409)


@pytest.mark.parametrize(("policy", "path"), [("off", "/code"), ("wallet", "/code"), ("email", "/message")])
def test_sd04_the_merchant_says_which_proof_is_enough(used_up, policy, path):
    ann, purchase = used_up(policy)
    body = {"address": ANN.address} if path == "/message" else None
    assert rearm(ann, purchase, path, body, 403)["code"] == "rearm-refused"


def test_sd04_what_is_not_used_up_is_not_armed(shop, ann):
    shop.action(BACK, "open", max_executions=2, rearm="email")
    purchase = shop.bought()
    ann.execute(purchase, "open")
    assert "1 more times" in rearm(ann, purchase, "/code", status=409)["detail"]


def test_sd04_arming_has_a_limit_of_its_own(shop, used_up, box):
    ann, purchase = used_up("email", max_rearms=1)
    rearm(ann, purchase, body={"code": code_for(shop, ann, purchase, box)})
    ann.execute(purchase, "open")
    assert rearm(ann, purchase, "/code", status=409)["code"] == "rearm-limit-reached"


def test_a_person_without_an_address_gets_no_code(shop, visitor):
    shop.action(BACK, "open", max_executions=1, rearm="email")
    purchase = shop.bought(customer={"wallet": ANN.address})
    ann = shop.user("other")
    ann.headers = {"Authorization": f"Bearer {visitor.sign_in(ANN)['token']}"}
    ann.execute(purchase, "open")
    assert "no e-mail address" in rearm(ann, purchase, "/code", status=409)["detail"]
