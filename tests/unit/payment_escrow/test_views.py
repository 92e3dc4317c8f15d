def test_peers_are_those_of_the_deployment(system, escrow):
    assert escrow.purchaseManager() == system.manager.address
    assert escrow.organizationNFT() == system.org_nft.address


def test_balance_is_zero_when_nothing_was_paid(rows, token):
    assert rows(token) == (0, 0, 0)


def test_stray_tokens_are_not_booked(rows, escrow, token, buyer):
    token.transfer(escrow, 1_000, sender=buyer)
    assert rows(token) == (0, 0, 0)
