from tests.fuzz.consent import Key
from tests.fuzz.model import renewals
from tests.fuzz.model.items import ACTIVE, CANCELLED, least_refund, refundable
from tests.fuzz.model.pricing import NATIVE
from tests.fuzz.model.renewals import usage_bill
from tests.fuzz.rules.base import ShopMachine
from tests.fuzz.rules.draws import action, choice, number, odd, often, sometimes


class Moving(ShopMachine):
    """Passes change hands, are approved, burned; and all views of a pass are compared."""

    @action(weight=16, n=number, to=number, movable=often, stray=odd, safe=sometimes)
    def transfer_pass(self, n, to, movable, stray, safe) -> None:
        shop = self.session.shop
        free = [pass_id for pass_id in self.state.passes if not shop.locked(pass_id)]
        pass_id = free[n % len(free)] if movable and free else self.some_pass(n)
        owner = self.holder(pass_id)
        by = self.anybody(n) if stray else owner
        sender = self.anybody(to) if stray and n % 3 == 0 else owner
        receiver = NATIVE if n % 41 == 0 else self.anybody(to)
        name = "ProductPass.safeTransferFrom" if safe else "ProductPass.transferFrom"
        self.do(name, sender, receiver, pass_id, by=by)

    @action(n=number, stray=odd)
    def approve_pass(self, n, stray) -> None:
        pass_id = self.some_pass(n) if n % 30 else 999
        self.do("ProductPass.approve", self.anybody(n), pass_id, by=self.holder_or(pass_id, n, stray))

    @action(weight=1, n=number, operator=number, on=often)
    def approve_all_passes(self, n, operator, on) -> None:
        self.do("ProductPass.setApprovalForAll", self.anybody(operator), on, by=self.buyer(n))

    @action(weight=1, n=number, stray=odd)
    def burn(self, n, stray) -> None:
        pass_id = self.some_pass(n) if n % 10 else 999
        self.do("ProductPass.burn", pass_id, by=self.holder_or(pass_id, n, stray))

    @action(weight=8, n=number)
    def look_at_a_pass(self, n) -> None:
        """Every view agrees with the model; the transfer rule agrees with its views."""
        pass_id = self.some_pass(n)
        if pass_id not in self.state.passes:
            return
        read, shop = self.session.driver.read, self.session.shop
        owner, locked = self.holder(pass_id), shop.locked(pass_id)
        assert read("ProductPass.ownerOf", pass_id) == owner
        assert read("ProductPass.locked", pass_id) == locked
        assert read("ProductPass.isTransferable", pass_id, owner, self.anybody(n)) != locked
        assert read("PassLens.productsOf", pass_id) == shop.products_of(pass_id)[::-1]
        for product_id in shop.products_of(pass_id):
            self._look_at_an_item(pass_id, product_id)

    def _look_at_an_item(self, pass_id: int, product_id: int) -> None:
        read, shop, key = self.session.driver.read, self.session.shop, (pass_id, product_id)
        item, usage = self.state.items[key], shop.usage(*key)
        terms, status = shop.pricing_of(item).terms, item.status(self.now)
        assert read("PassLens.statusOf", *key) == status
        assert read("PassLens.hasAccess", *key) == (status in (ACTIVE, CANCELLED))
        assert read("PassLens.refundable", *key) == refundable(item, usage, terms)
        assert read("PassLens.valueLeft", *key) == least_refund(item, usage, terms, self.now)
        assert least_refund(item, usage, terms, self.now) <= refundable(item, usage, terms) or item.usage
        self._look_at_its_renewal(key)
        if item.usage:
            units, cost = usage_bill(shop, *key, item)
            assert tuple(read("PassLens.usageOf", *key)) == (units, cost, usage.cap)

    def _look_at_its_renewal(self, key: Key) -> None:
        """What a stranger's renewal would come to; a token's whims are not foreseen."""
        reason = self.session.driver.read("PassLens.isRenewable", *key)[0]
        outcome = self.session.shop.attempt_and_undo(renewals.outcome, *key)
        assert reason == outcome or (reason, outcome) in ((0, 10), (0, 11))

    @action(weight=1, n=number)
    def look_for_a_pass_that_is_not(self, n) -> None:
        gone = self.state.pass_supply + 1 + n % 3
        assert self.session.driver.ask("ProductPass.ownerOf", gone).error == "ERC721NonexistentToken"
        assert self.session.driver.ask("ProductPass.locked", gone).error == "ERC721NonexistentToken"


class Organizing(ShopMachine):
    """Organizations, roles, and that a new holder finds none of the old team."""

    @action(weight=1, n=number)
    def mint_org(self, n) -> None:
        to = NATIVE if n % 25 == 0 else self.anybody(n)
        self.do("OrganizationNFT.mint", to, by=self.anybody(n))

    @action(n=number, bits=choice([0, 1, 2, 4, 8, 16, 32, 63, 63, 63, 64, 64]), stray=odd)
    def set_roles(self, n, bits, stray) -> None:
        org_id = 1 + n % 2
        by = self.anybody(n) if stray else self.state.orgs.nfts.owners[org_id]
        self.do("OrganizationNFT.setRoles", org_id, self.person("clerk"), bits, by=by)

    @action(weight=2, n=number, safe=choice([False, True]), stray=odd)
    def transfer_org(self, n, safe, stray) -> None:
        org_id = 1 + n % 2
        owner = self.state.orgs.nfts.owners[org_id]
        name = "OrganizationNFT.safeTransferFrom" if safe else "OrganizationNFT.transferFrom"
        to = self.person("maker") if owner != self.person("maker") else self.person("rival")
        answer = self.do(name, owner, to, org_id, by=self.anybody(n) if stray else owner)
        if answer.error is None:
            assert not self.session.driver.read("OrganizationNFT.hasRole", org_id, self.person("clerk"), 63)

    @action(n=number, stray=odd)
    def approve_org(self, n, stray) -> None:
        org_id = 1 + n % 2
        by = self.anybody(n) if stray else self.state.orgs.nfts.owners[org_id]
        self.do("OrganizationNFT.approve", self.anybody(n // 5), org_id, by=by)

    @action(n=number, on=often)
    def approve_all_orgs(self, n, on) -> None:
        self.do("OrganizationNFT.setApprovalForAll", self.anybody(n // 5), on, by=self.anybody(n))

    @action(n=number, of_passes=choice([False, True]), stray=sometimes)
    def set_metadata(self, n, of_passes, stray) -> None:
        name = "OrganizationNFT.setPassMetadata" if of_passes else "OrganizationNFT.setOrgMetadata"
        org_id = 1 + n % 2
        by = self.anybody(n) if stray else self.state.orgs.nfts.owners[org_id]
        self.do(name, org_id if n % 20 else 99, ("Shop", "", "", "", "a0b1c2", ""), by=by)
