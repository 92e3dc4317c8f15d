"""The public address of links: anybody may open it."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from passmanager.service.checkout import showing, signing, visiting
from passmanager.service.checkout.models import CheckoutLink
from passmanager.service.checkout.schemas import MOST_FIELDS, Locale, SessionMade, Signature, Units
from passmanager.service.http.deps import Now, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.problems import bad_field
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import DecimalText, Email, Id, Name, Symbol, Text
from passmanager.service.orders.schemas import MOST_ITEMS, Country
from passmanager.service.orders.settling import Act
from passmanager.service.sealing import sealer_of
from passmanager.service.settings import Settings

router = make_router(tag="checkout")

COOKIE = "passmanager_cart_"
LONGEST_VALUE = 1_000
KEPT = ("ref",)
JSON = "application/json"


class Parameters(BaseModel):
    """What the address may say; everything else in it is ignored."""

    model_config = ConfigDict(extra="ignore")

    product_id: list[Id] = Field(default=[], max_length=MOST_ITEMS, description="More products; may come often.")
    qty: list[Units] = Field(default=[], max_length=MOST_ITEMS, description="Units, by position.")
    amount: list[DecimalText] = Field(default=[], max_length=MOST_ITEMS, description="Signed prices of one unit.")
    currency: Symbol | None = None
    discount_code: Text | None = None
    clear: Text = Field(default="", description="`1` or `Y` empties the cart first.")
    email: Email | None = None
    first_name: Text = ""
    last_name: Text = ""
    country: Country | None = None
    locale: Locale | None = None
    payment_method: Name | None = None
    exp: int | None = Field(default=None, ge=0, le=2**40, description="Signed end, Unix seconds.")
    sig: Signature | None = None

    def form(self) -> dict[str, Any]:
        """What the buyer need not enter any more."""
        person = {name: getattr(self, name) for name in ("email", "first_name", "last_name") if getattr(self, name)}
        found: dict[str, Any] = {"customer": person} if person else {}
        if self.country is not None:
            found["billing_address"] = {"country": self.country}
        for name in ("locale", "payment_method"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        return found


@router.get(
    "/c/{slug}",
    response_model=SessionMade,
    responses={303: {"description": "To the page in front, with the session in the address."}},
)
def open_link(
    slug: Annotated[str, Path(max_length=64)],
    parameters: Annotated[Parameters, Query()],
    http: Request,
    services: TheServices,
    now: Now,
    _limited: Limited,
    session: Writing,
) -> Response:
    """Puts the link's products into the cart of this browser, which a cookie names.

    `x-…` parameters come back with the order, `ref` and `utm_…` with the thank-you address; `exp` and `sig` come
    from `POST /v1/checkout-links/{id}/sign`. Other parameters are ignored.
    """
    pairs = parse_qsl(http.url.query, keep_blank_values=True)
    link = visiting.find(session, slug, now)
    signing.check(sealer_of(services.settings), link, pairs, now)
    visit = _visit(parameters, pairs, http.cookies.get(_cookie(link)))
    found, token = visiting.visit(session, link, visit, Act("buyer", now, services.wire.tell))
    shown = showing.show_made(session, found, token, services.settings, now)
    answer = _answer(http, shown)
    _remember(answer, link, token, (found.expires_at - now) // 1000, services.settings)
    return answer


def _visit(asked: Parameters, pairs: list[tuple[str, str]], token: str | None) -> visiting.Visit:
    return visiting.Visit(
        product_ids=asked.product_id, units=asked.qty, amounts=asked.amount, currency=asked.currency,
        coupon=asked.discount_code, clear=asked.clear.lower() in visiting.YES, form=asked.form(),
        fields=_texts(pairs, ("x-",)), query=_texts(pairs, ("utm_", *KEPT)), token=token,
    )  # fmt: skip


def _answer(http: Request, shown: SessionMade) -> Response:
    """JSON for programs, and the page in front for people, if the operator has one."""
    if shown.url is None or JSON in http.headers.get("accept", ""):
        return Response(shown.model_dump_json(), media_type=JSON)
    return RedirectResponse(shown.url, 303)


def _cookie(link: CheckoutLink) -> str:
    """Each store has its own: carts of two shops in one browser are two."""
    return COOKIE + link.store_id.partition("_")[2]


def _remember(answer: Response, link: CheckoutLink, token: str, seconds: int, settings: Settings) -> None:
    secure = settings.public_url.scheme == "https"
    answer.set_cookie(_cookie(link), token, max_age=seconds, path="/c/", httponly=True, samesite="lax", secure=secure)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Accept, Cookie"


def _texts(pairs: list[tuple[str, str]], beginnings: tuple[str, ...]) -> dict[str, str]:
    """Parameters by the beginning of their names; the last of a name counts."""
    found = {name: value for name, value in pairs if name.startswith(beginnings)}
    for name, value in found.items():
        if len(name) > 64 or len(value) > LONGEST_VALUE or "\x00" in name + value:  # noqa: PLR2004 - as names of fields
            raise bad_field(f"/query/{name[:64]}", "text", f"at most {LONGEST_VALUE} characters, none of them NUL")
    if len(found) > MOST_FIELDS:
        raise bad_field("/query", "count", f"at most {MOST_FIELDS} parameters that begin with {beginnings[0]}")
    return found
