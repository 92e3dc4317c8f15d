"""Why somebody cannot download."""

from passmanager.service.http.problems import Conflict, Forbidden, Gone, Problem


class PurchaseInactive(Forbidden):
    """The purchase is refunded, over, or held."""

    code = "purchase-inactive"


class PurchaseNotReady(Conflict):
    """Its payment is not deep enough in the chain yet."""

    code = "purchase-not-ready"
    retryable = True


class VersionNotEntitled(Forbidden):
    """The purchase does not give this version."""

    code = "version-not-entitled"


class LinkExpired(Gone):
    """The link is over; its holder can make a new one."""

    code = "link-expired"


class DownloadLimitReached(Conflict):
    """The file was downloaded as often as the purchase allows."""

    code = "action-limit-reached"


class DownloadTimeOver(Forbidden):
    """The time in which the purchase allows downloads is over."""

    code = "download-time-over"


class DeviceUnknown(Forbidden):
    """This browser did not show yet that it is the holder's."""

    code = "device-unknown"


class DeviceLimitReached(Conflict):
    """The holder has as many devices as the purchase allows."""

    code = "device-limit-reached"


class RangeNotSatisfiable(Problem):
    """The file is shorter than where the range begins."""

    status = 416
    code = "range-not-satisfiable"
