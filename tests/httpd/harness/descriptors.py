"""How many descriptors the tests themselves, and what they start, may have."""

import resource

MANY = 65536


def allow_many():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MANY), hard))
