"""Requests and answers about refunds."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from passmanager.service.http.shapes import Body, DecimalText, Future, Id, Moment, Money, Text

LONGEST_REASON = 500
RequestStatus = Literal["requested", "approved", "refused", "withdrawn", "fulfilled", "failed"]
RefundStatus = Literal["processing", "succeeded", "failed", "canceled", "reorged"]


Reason = Annotated[Text, StringConstraints(max_length=LONGEST_REASON)]


class AskIn(Body):
    """For what a buyer wants his money back: a line of an order, or a purchase."""

    order_item_id: Id | None = None
    purchase_id: Id | None = None
    reason: Reason = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> "AskIn":
        if (self.order_item_id is None) == (self.purchase_id is None):
            raise ValueError("give order_item_id or purchase_id, and not both")
        return self


class ApproveIn(Body):
    """The whole line; or an amount, for what was paid on the chain."""

    amount: DecimalText | None = Field(default=None, description="All that was paid and not paid back yet if null.")
    revoke: bool | None = Field(
        default=None, description="What was bought ends. By default if the whole line is paid back; always off chain."
    )
    answer: Reason = Field(default="", description="Words to the buyer.")


class RefuseIn(Body):
    """Why not."""

    reason: Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_REASON)]


class RefundIn(Body):
    """A refund at the merchant's own wish."""

    order_item_id: Id
    amount: DecimalText | None = Field(default=None, description="All that was paid and not paid back yet if null.")
    revoke: bool | None = Field(
        default=None, description="What was bought ends. By default if the whole line is paid back; always off chain."
    )
    reason: Text = ""


class RefundCallOut(BaseModel):
    """A transaction that is not signed; a wallet with the role `refund` sends it."""

    chain_id: int
    to: str
    data: str
    value: str = "0"


class RefundOut(BaseModel):
    """Money that goes back."""

    id: str
    store_id: str
    order_id: str
    order_item_id: str | None
    status: RefundStatus
    amount: Money
    revoke: bool
    reason: str
    actor: str
    problem: str
    recipient: str = Field(description="Who got it on the chain: the holder of the pass.")
    chain_id: int | None
    pass_id: str | None
    chain_product_id: str | None
    tx_hash: str | None
    signed_by_service: bool
    call: RefundCallOut | None = Field(description="To be sent, while it is not; only where one refund is shown.")
    created_at: Moment
    updated_at: Moment


class RequestOut(BaseModel):
    """What a buyer asks back."""

    id: str
    store_id: str
    order_id: str
    order_number: int
    order_item_id: str
    product_name: str
    price: Money
    asked_by: str = Field(description="Customer, or the wallet of nobody known.")
    status: RequestStatus
    reason: str
    amount: Money | None = Field(description="What was approved.")
    answer: str
    problem: str
    decided_by: str
    decided_at: Moment | None
    refund: RefundOut | None = Field(description="The newest attempt to pay.")
    created_at: Moment
    updated_at: Moment


class RequestOfMine(BaseModel):
    """A request as its buyer sees it."""

    id: str
    order_id: str
    order_number: int
    order_item_id: str
    product_name: str
    price: Money
    status: RequestStatus
    reason: str
    amount: Money | None
    answer: str
    recipient: str
    tx_hash: str | None
    created_at: Moment
    updated_at: Moment


class RequestFilters(BaseModel):
    """All that are given must hold."""

    model_config = ConfigDict(extra="ignore")

    store_id: Id | None = None
    status: RequestStatus | None = None
    order_id: Id | None = None
    order_item_id: Id | None = None
    customer_id: Annotated[Id | None, Query(description="Who asked.")] = None
    created_from: Future | None = None
    created_to: Future | None = None


class RefundFilters(BaseModel):
    """All that are given must hold."""

    model_config = ConfigDict(extra="ignore")

    store_id: Id | None = None
    status: RefundStatus | None = None
    order_id: Id | None = None
    order_item_id: Id | None = None
    created_from: Future | None = None
    created_to: Future | None = None


class MyFilters(BaseModel):
    """All that are given must hold."""

    model_config = ConfigDict(extra="ignore")

    status: RequestStatus | None = None
    order_id: Id | None = None
