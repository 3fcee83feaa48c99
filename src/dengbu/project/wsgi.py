"""The WSGI application that granian serves: the framework, and in front of it the door for machines."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengbu.project.settings")
framework = get_wsgi_application()

from dengbu.api.door import Door  # noqa: E402 - after the settings and the registry of applications

application = Door(framework)
