"""The profiles by name."""

from passmanager.service.webhooks.profiles import Profile
from passmanager.service.webhooks.profiles.dpd_ipn import DPD_IPN
from passmanager.service.webhooks.profiles.noventiq import NOVENTIQ
from passmanager.service.webhooks.profiles.standard import STANDARD
from passmanager.service.webhooks.profiles.zapier import ZAPIER

PROFILES: dict[str, Profile] = {"standard": STANDARD, "noventiq": NOVENTIQ, "dpd-ipn": DPD_IPN, "zapier": ZAPIER}
