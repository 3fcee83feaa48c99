"""Settings of every test process: those of the product, a fast password hasher, and no database until a test asks."""

import os

from tests.support import session

os.environ.update(session.environment())

from dengbu.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
