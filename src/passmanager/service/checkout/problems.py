"""What a checkout refuses."""

from passmanager.service.http.problems import Conflict, Forbidden, Gone, InvalidInput


class LinkExpired(Gone):
    """The link, or what was signed with it, is over."""

    code = "link-expired"


class CheckoutExpired(Gone):
    """The session was not confirmed in time."""

    code = "session-expired"


class SignatureInvalid(Forbidden):
    """What the link says is not what the merchant signed."""

    code = "signature-invalid"


class ConsentMissing(InvalidInput):
    """There is no order before the buyer agrees to the terms and to the use of personal data."""

    code = "consent-missing"


class PurchaseRefused(Conflict):
    """The chain would refuse the purchase."""

    code = "purchase-refused"


class FundsMissing(Conflict):
    """The payer has too little of the token or coin."""

    code = "funds-missing"
