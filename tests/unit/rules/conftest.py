from tests.support.offers import *  # noqa: F403
from tests.support.system import own_system

system = own_system()
