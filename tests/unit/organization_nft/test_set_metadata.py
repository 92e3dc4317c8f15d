import pytest

from tests.support.system import refused

FIELDS = ["name", "description", "image", "externalUrl", "backgroundColor", "animationUrl"]
LENGTHS = dict(zip(FIELDS, [64, 512, 256, 256, 6, 256], strict=True))
SHOP = ("Bücher & mehr", "Lange Texte – 長い", "ipfs://image", "https://shop.example", "00fFa9", "ipfs://video")
EMPTY = ("",) * 6
TEXT_FIELDS = [field for field in FIELDS if field != "backgroundColor"]


def shop(**changes):
    return tuple(changes.get(field, text) for field, text in zip(FIELDS, SHOP, strict=True))


@pytest.fixture(params=["Org", "Pass"])
def kind(request):
    return request.param


@pytest.fixture
def write(org_nft, kind):
    return org_nft.setOrgMetadata if kind == "Org" else org_nft.setPassMetadata


@pytest.fixture
def read(org_nft, kind):
    return org_nft.orgMetadata if kind == "Org" else org_nft.passMetadata


@pytest.fixture
def read_other(org_nft, kind):
    return org_nft.passMetadata if kind == "Org" else org_nft.orgMetadata


def test_keeps_the_texts_when_the_holder_sets_them(org_nft, org, kind, write, read, read_other, holder):
    write(org, SHOP, sender=holder)
    event = org_nft.get_logs()[0]
    assert type(event).__name__ == f"{kind}MetadataSet"
    assert (event.orgId, tuple(event.metadata)) == (org, SHOP)
    assert tuple(read(org)) == SHOP
    assert tuple(read_other(org)) == EMPTY


def test_keeps_the_texts_when_somebody_with_role_catalog_sets_them(org, write, read, catalog_manager):
    write(org, SHOP, sender=catalog_manager)
    assert tuple(read(org)) == SHOP


def test_replaces_all_texts_when_they_are_set_again(org, write, read, holder):
    write(org, SHOP, sender=holder)
    write(org, EMPTY, sender=holder)
    assert tuple(read(org)) == EMPTY


def test_keeps_texts_apart_when_there_are_several_organizations(org_nft, org, write, read, holder):
    other = org_nft.mint(holder)
    write(org, SHOP, sender=holder)
    assert tuple(read(other)) == EMPTY


def test_tells_markets_about_the_organization_when_its_texts_change(org_nft, org, holder):
    org_nft.setOrgMetadata(org, SHOP, sender=holder)
    update = org_nft.get_logs()[1]
    assert type(update).__name__ == "MetadataUpdate"
    assert (update.address, update.tokenId) == (org_nft.address, org)


def test_tells_markets_about_all_passes_when_their_texts_change(nfts, org_nft, org, holder):
    org_nft.setPassMetadata(org, SHOP, sender=holder)
    update = org_nft.get_logs()[1]
    assert type(update).__name__ == "BatchMetadataUpdate"
    assert update.address == nfts.product_pass.address
    assert (update.fromTokenId, update.toTokenId) == (1, 2**256 - 1)


@pytest.mark.parametrize("field", FIELDS)
def test_takes_a_text_when_it_is_as_long_as_may_be(org, write, read, holder, field):
    longest = shop(**{field: "a" * LENGTHS[field]})
    write(org, longest, sender=holder)
    assert tuple(read(org)) == longest


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("bad", ["a\nb", "\x7f", "ok\u0085"])
def test_refuses_when_a_text_has_control_characters(org_nft, org, write, read, holder, field, bad):
    with refused(org_nft, "InvalidText(uint256)", FIELDS.index(field)):
        write(org, shop(**{field: bad}), sender=holder)
    assert tuple(read(org)) == EMPTY


@pytest.mark.parametrize("color", ["#12345", "12345", "12345g", "1234G6", "12 456", "/23456", "1234:6", "`@1234"])
def test_refuses_when_the_color_is_not_six_hexadecimal_digits(org_nft, org, write, holder, color):
    with refused(org_nft, "InvalidText(uint256)", 4):
        write(org, shop(backgroundColor=color), sender=holder)


@pytest.mark.parametrize("color", ["", "000000", "99aFfA", "fedcba", "FEDCBA", "018999"])
def test_takes_a_color_when_it_is_six_hexadecimal_digits_or_nothing(org, write, read, holder, color):
    write(org, shop(backgroundColor=color), sender=holder)
    assert read(org).backgroundColor == color


@pytest.mark.parametrize("roles", [0, 62])
def test_refuses_when_the_caller_lacks_role_catalog(org_nft, org, write, holder, stranger, roles):
    org_nft.setRoles(org, stranger, roles, sender=holder)
    with refused(org_nft, "NotAuthorized(uint256,address,uint256)", org, stranger, 1):
        write(org, SHOP, sender=stranger)


def test_refuses_when_there_is_no_such_organization(org_nft, write, holder):
    with refused(org_nft, "NoSuchOrganization(uint256)", 99):
        write(99, SHOP, sender=holder)
