"""`passmanager purchase` and `passmanager quote`: what was paid, who has what, and what is refused."""

import json

import pytest

from passmanager.demo.shop import CODE, ONE

MONTH_S = 30 * 86_400
SEATS_OF_TEN = 40 * ONE
BOOK = 20 * ONE


def lines(shop):
    return f"{shop.handbook}:{shop.once}", f"{shop.seats}:{shop.seat_tiers}:10", f"{shop.plan}:{shop.monthly}"


@pytest.fixture
def cart(tmp_path):
    """Writes a cart file."""

    def write(**fields):
        path = tmp_path / "cart.json"
        path.write_text(json.dumps(fields))
        return path

    return write


# --- products


def test_pass_is_bought_with_coupon_and_discount_when_approved_exactly(town):
    shop = town.shop
    before = town.balance("buyer")
    options = ["--coupon", CODE, "--discount", shop.discount, "--approve", "exact"]
    told = town.json("buyer", "purchase", "products", shop.org, *lines(shop), *options)
    price = (BOOK + SEATS_OF_TEN + 10 * ONE) * 80 // 100 * 95 // 100
    assert (told["passId"], told["paid"]["baseUnits"], told["paid"]["amount"]) == (1, price, "53.2")
    assert before - town.balance("buyer") == town.escrow() == price
    assert town.allowed("buyer") == 0
    lens = town.client("buyer").lens
    assert lens.products_of(1) == (shop.handbook, shop.seats, shop.plan)
    assert town.item(1, shop.seats).quantity == 10
    assert [one["function"] for one in told["transactions"]] == ["ERC20.approve", "PurchaseManager.checkout"]
    ends = [one["end"] for one in told["products"]]
    assert ends[0] is None
    assert all(end.endswith("Z") for end in ends[1:])


def test_periods_to_come_are_approved_when_a_number_is_given(town):
    town.type("buyer", "purchase", "products", town.shop.org, lines(town.shop)[2], "--approve", 12)
    assert town.allowed("buyer") == 11 * 10 * ONE


def test_quote_is_shown_first_when_bought(town):
    said = town.type("buyer", "purchase", "products", town.shop.org, lines(town.shop)[0], "--approve", "exact").stdout
    assert said.index("Allow PaymentEscrow to take up to 20 DEMO") < said.index("list price  20 DEMO")
    assert said.index("list price  20 DEMO") < said.index("pass id: 1")


def test_native_coin_pays_when_the_pricing_is_in_it(town):
    shop = town.shop
    told = town.json("buyer", "purchase", "products", shop.org, f"{shop.sticker}:{shop.native}", "--max", "0.01")
    assert told["paid"] == {"amount": "0.01", "baseUnits": 10**16, "token": f"0x{0:040x}", "symbol": "native"}
    assert town.escrow(f"0x{0:040x}") == 10**16


def test_both_numbers_are_named_when_the_allowance_is_too_small(town):
    town.allow("buyer", 7)
    said = town.refused("buyer", "purchase", "products", 1, lines(town.shop)[0], by="InsufficientAllowance")
    assert "0.000007 DEMO of 20 DEMO" in said
    assert "have=7, need=20000000" in said
    assert "--approve" in said
    assert town.client("buyer").manager.pass_supply() == 0


def test_both_numbers_are_named_when_the_balance_is_too_small(town):
    words = ("purchase", "products", 1, lines(town.shop)[0], "--approve", "exact")
    said = town.refused("stranger", *words, by="InsufficientBalance")
    assert "have=0, need=20000000" in said


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--max", "19.99"], "AmountAboveMax"),
        (["--max", "1.0000001"], "InexactAmount"),
        (["--max", "19999999", "--base-units"], "AmountAboveMax"),
        (["--coupon", "WRONG"], "NoSuchCoupon"),
        (["--discount", "9"], "NoSuchDiscount"),
    ],
)
def test_purchase_is_refused_by_name_when_it_cannot_be(town, options, name):
    words = ("purchase", "products", 1, lines(town.shop)[0], "--approve", "exact")
    town.refused("buyer", *words, *options, by=name)
    assert town.client("buyer").manager.pass_supply() == 0


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["one"], "BadLine"),
        (["1:2:3:4"], "BadLine"),
        (["1:1", "--approve", "some"], "BadApproval"),
        (["1:1", "--approve", "0"], "BadApproval"),
        (["1:1", "--reference", "0x12"], "BadHash"),
        (["1:1", "--max", "lots"], "BadAmount"),
    ],
)
def test_usage_is_wrong_when_a_word_cannot_be_read(town, words, name):
    assert name in town.type("buyer", "purchase", "products", 1, *words, code=2).stderr


def test_subscriptions_start_paused_when_asked(town):
    line = lines(town.shop)[2]
    town.type("buyer", "purchase", "products", town.shop.org, line, "--pause", "--approve", "exact")
    item = town.item(1, town.shop.plan)
    assert (item.paused, item.seconds_left) == (True, MONTH_S)


# --- gift, additional, checkout, give


def test_friend_has_the_pass_when_it_is_a_gift(town):
    shop = town.shop
    words = ("purchase", "gift", shop.org, lines(shop)[0], "--to", town.wallet("friend"), "--approve", "exact")
    assert town.json("buyer", *words)["holder"] == town.wallet("friend")
    assert town.client("buyer").product_pass.owner_of(1) == town.wallet("friend")
    assert town.escrow() == BOOK


def test_product_is_added_when_the_holder_buys_more(town, membership):
    shop = town.shop
    town.type("buyer", "purchase", "additional", membership, lines(shop)[0], "--coupon", CODE)
    assert town.client("buyer").lens.products_of(membership) == (shop.plan, shop.handbook)
    assert town.escrow() == 10 * ONE + 16 * ONE


def test_adding_is_refused_by_name_when_the_pass_has_the_product(town, membership):
    line = lines(town.shop)[2]
    town.refused("buyer", "purchase", "additional", membership, line, by="AlreadyOnPass")


def test_cart_of_a_shop_is_bought_for_what_the_file_says(town, cart):
    shop, node = town.shop, town.world.node
    path = cart(
        organization=shop.org,
        lines=[{"product": shop.seats, "pricing": shop.seat_tiers, "quantity": 10}],
        to=town.wallet("friend"),
        coupon=CODE,
        discounts=[shop.discount],
        pause=True,
        reference=f"0x{77:064x}",
        maxAmount=30_400_000,
        deadline=node.head().timestamp + 60,
    )
    told = town.json("buyer", "purchase", "checkout", path, "--approve", "exact")
    assert (told["holder"], told["paid"]["baseUnits"]) == (town.wallet("friend"), 30_400_000)
    sold = next(event for event in told["transactions"][-1]["events"] if event["event"] == "ProductsPurchased")
    assert sold["orderReference"] == f"0x{77:064x}"
    assert town.item(1, shop.seats).paused


def test_cart_adds_to_a_pass_when_the_file_names_one(town, membership, cart):
    path = cart(**{"pass": membership}, lines=[{"product": town.shop.handbook, "pricing": town.shop.once}])
    assert town.json("buyer", "purchase", "checkout", path)["passId"] == membership
    assert town.shop.handbook in town.client("buyer").lens.products_of(membership)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"lines": [{"product": 1, "pricing": 1}]}, "either `organization` or `pass`"),
        ({"organization": 1, "pass": 1, "lines": [{"product": 1, "pricing": 1}]}, "either `organization` or `pass`"),
        ({"pass": 1, "discounts": [1], "lines": [{"product": 1, "pricing": 1}]}, "for new passes only"),
        ({"organization": 1, "lines": []}, "lines"),
        ({"organization": 1, "lines": [{"product": 1, "pricing": 1}], "cupon": "X"}, "cupon"),
        ({"organization": 1, "lines": [{"product": "book", "pricing": 1}]}, "lines.0.product"),
        ({"organization": 1, "lines": [{"product": 1, "pricing": 1}], "to": "0x12"}, "to: "),
    ],
)
def test_cart_is_refused_with_the_field_when_the_file_is_wrong(town, cart, fields, problem):
    assert problem in town.refused("buyer", "purchase", "checkout", cart(**fields), by="BadCart")


def test_cart_is_refused_by_name_when_there_is_no_file(town, tmp_path):
    assert "No such file" in town.refused("buyer", "purchase", "checkout", tmp_path / "no.json", by="BadCart")


@pytest.mark.parametrize(("limit", "name"), [("maxAmount", "AmountAboveMax"), ("deadline", "DeadlinePassed")])
def test_cart_is_refused_by_name_when_it_is_out_of_its_limits(town, cart, limit, name):
    path = cart(organization=1, lines=[{"product": 1, "pricing": 1}], **{limit: 1})
    town.allow("buyer", BOOK)
    town.refused("buyer", "purchase", "checkout", path, by=name)


def test_organization_gives_for_nothing_when_it_has_the_role(town):
    shop = town.shop
    words = ("purchase", "give", shop.org, lines(shop)[2], "--to", town.wallet("stranger"))
    assert town.json("merchant", *words)["paid"]["baseUnits"] == 0
    town.type("merchant", "purchase", "give-additional", 1, lines(shop)[0])
    assert town.client("buyer").lens.products_of(1) == (shop.plan, shop.handbook)
    assert town.client("buyer").product_pass.owner_of(1) == town.wallet("stranger")
    town.refused("buyer", *words, by="NotAuthorized")


# --- reading


def test_reference_is_told_used_when_an_airdrop_had_it(town):
    shop = town.shop
    word = f"0x{5:064x}"
    assert town.json("nobody", "purchase", "reference", shop.org, word)["used"] is False
    town.client("merchant").manager.airdrop_products(
        shop.org,
        recipients=[town.wallet("friend")],
        product_ids=[shop.handbook],
        pricing_ids=[shop.once],
        quantities=[0],
        order_reference=bytes.fromhex(word[2:]),
    )
    assert town.json("nobody", "purchase", "reference", shop.org, word)["used"] is True


def test_limits_are_those_of_the_contract(town):
    told = town.json("nobody", "purchase", "limits")
    assert told == {
        "purchasesPaused": False,
        "passes": 0,
        "linesOfACart": 24,
        "productsOfAPass": 64,
        "renewalsAtOnce": 100,
        "recipientsAtOnce": 200,
    }


def test_quote_says_what_is_charged_then(town):
    shop = town.shop
    options = ["--coupon", CODE, "--discount", shop.discount]
    told = town.json("nobody", "quote", shop.org, *lines(shop), *options)
    assert (told["price"]["amount"], told["listPrice"]["amount"]) == ("53.2", "70")
    assert (told["coupon"], told["discounts"]) == (2_000, 500)
    assert [line["price"]["amount"] for line in told["lines"]] == ["15.2", "30.4", "7.6"]
    bought = town.json("buyer", "purchase", "products", shop.org, *lines(shop), *options, "--approve", "exact")
    assert bought["paid"] == told["price"]


def test_quote_for_a_pass_has_its_discounts(town):
    shop = town.shop
    options = ["--discount", shop.discount, "--approve", "exact"]
    town.type("buyer", "purchase", "products", shop.org, lines(shop)[2], *options)
    words = ("quote", shop.org, lines(shop)[0], "--pass", 1, "--payer", town.wallet("buyer"))
    assert town.json("nobody", *words)["price"]["amount"] == "19"
    said = town.type("nobody", *words).stdout
    assert "19 DEMO" in said
    assert "discounts     5 %" in said


def test_quote_is_refused_by_name_when_the_purchase_would_be(town):
    town.refused("nobody", "quote", 1, "1:2", by="PricingNotLinked")


def test_steps_are_printed_for_another_wallet_when_unsigned(town):
    words = ("purchase", "products", town.shop.org, lines(town.shop)[0], "--approve", "exact", "--unsigned")
    first, second = (one["transaction"] for one in town.json("buyer", *words)["transactions"])
    contracts = town.client("buyer").contracts
    assert (first["to"], second["to"]) == (town.world.token, contracts.purchase_manager)
    assert {first["from"], second["from"]} == {town.wallet("buyer")}
    assert int(second["nonce"], 16) == int(first["nonce"], 16) + 1
    assert town.client("buyer").manager.pass_supply() == 0
