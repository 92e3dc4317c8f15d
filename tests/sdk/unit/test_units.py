from decimal import Context, localcontext

import pytest

from passmanager.units import format_units, parse_units


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [(1_500_000, 6, "1.5"), (10**18, 18, "1"), (0, 6, "0"), (1, 18, "0." + "0" * 17 + "1"), (100, 0, "100")],
)
def test_amounts_have_a_text_form_and_back(amount, decimals, text):
    assert format_units(amount, decimals) == text
    assert parse_units(text, decimals) == amount


def test_refused_when_there_are_more_decimals_than_the_token_has():
    with pytest.raises(ValueError, match="more than 2 decimals"):
        parse_units("1.234", 2)


def test_large_amounts_are_exact():
    most = 2**256 - 1
    with localcontext(Context(prec=28)):
        assert parse_units(format_units(most)) == most
        assert parse_units(str(most), 0) == most
        assert format_units(10**40 + 1, 0) == str(10**40 + 1)
