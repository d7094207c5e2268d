import pytest

from sipforge.core.office.asterisk.encryption import closed_door, endpoint_template
from sipforge.core.office.asterisk.users import endpoints
from sipforge.core.office.office import Office, Plan
from sipforge.core.office.users import Encryption, User
