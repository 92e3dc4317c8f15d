from tests.support.system import refused


def test_takes_the_uri_from_the_lens_when_asked(org_nft, org):
    assert org_nft.tokenURI(org) == f"data:org,{org}"


def test_refuses_the_uri_when_there_is_no_such_organization(org_nft):
    with refused(org_nft, "ERC721NonexistentToken(uint256)", 99):
        org_nft.tokenURI(99)


def test_judges_texts_when_catalog_asks(org_nft):
    assert org_nft.isCleanText("")
    assert org_nft.isCleanText("ä" * 256)
    assert not org_nft.isCleanText("a\tb")


def test_names_its_peers_when_asked(nfts):
    assert nfts.org_nft.productPass() == nfts.product_pass.address
    assert nfts.org_nft.passLens() == nfts.peers.address
