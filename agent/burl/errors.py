"""Every error that Burl raises on purpose.

::

    BurlError
    ├── UserError            the user can mend it: one line, exit code 2, no traceback
    │   ├── ConfigError      a setting is wrong
    │   ├── InputError       a file or stream cannot be read as what it claims to be
    │   ├── BundleError      a bundle is missing, damaged, or of a newer format
    │   └── NotThereError    what was named is not in the store
    ├── Refused              the sender shall try again later (gRPC UNAVAILABLE)
    ├── Undecodable          the bytes are no OTLP request (gRPC INVALID_ARGUMENT)
    ├── TooLarge             a request is longer than is taken (gRPC RESOURCE_EXHAUSTED)
    ├── Unauthenticated      a request shows no valid token (gRPC UNAUTHENTICATED)
    └── SinkError            a sink could not store what it was given
        ├── Retryable        the same write may succeed later
        └── Permanent        it never will: the documents go to the dead letters
"""


class BurlError(Exception):
    """Base of all errors raised on purpose."""


class UserError(BurlError):
    """Something the user can mend; its text says what, where and what to do."""


class ConfigError(UserError):
    """A setting is missing, unknown or out of range."""


class InputError(UserError):
    """A file or stream cannot be read as what it claims to be."""


class BundleError(UserError):
    """A bundle is missing, damaged, or of a newer format than this version reads."""


class NotThereError(UserError):
    """A finding, an incident, a verdict or a bundle that was named is not in the store."""


class Refused(BurlError):  # a refusal is an answer, not a failure
    """The request was not taken; the sender shall send it again after `retry_seconds`."""

    def __init__(self, reason: str, retry_seconds: float = 1.0) -> None:
        """Args: `reason` becomes the metric's label, `retry_seconds` the RetryInfo."""
        super().__init__(reason)
        self.reason = reason
        self.retry_seconds = retry_seconds


class Undecodable(BurlError):  # names what the bytes are
    """The bytes are not an OTLP logs request."""


class TooLarge(BurlError):  # names what the request is
    """The request is longer than `message_max_bytes`, packed or unpacked."""


class Unauthenticated(BurlError):  # the status' own word
    """The request shows no valid token."""


class SinkError(BurlError):
    """A sink could not store what it was given."""


class Retryable(SinkError):  # the contract's word for what may succeed later
    """The same write may succeed later."""


class Permanent(SinkError):  # the contract's word for what never will
    """The write will never succeed."""
