"""One hypothesis profile: few examples, always the same ones where CI=true."""

import os

from hypothesis import settings

settings.register_profile(
    "naftiko", max_examples=100, deadline=None, derandomize=os.environ.get("CI") == "true"
)
settings.load_profile("naftiko")
