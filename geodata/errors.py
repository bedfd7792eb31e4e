"""The errors that people see: one sentence that says what is wrong, which one, and what to do.

The library raises them; the command line and the dashboard show them. ``exit_code`` is what the
command line ends with.
"""


class InContextError(Exception):
    """Base of every error that is meant to be read by the person who asked."""

    exit_code = 1


class UnknownNameError(InContextError):
    """A name or code that is not known, or that several areas answer to."""

    exit_code = 2


class RequestError(InContextError):
    """A request that cannot be answered as it was put, with the way out."""

    exit_code = 2


class VintageError(InContextError):
    """Areas or figures of two vintages that must not be mixed."""


class DownloadError(InContextError):
    """A publisher that did not deliver, after every try."""


class SourceError(InContextError):
    """A file that arrived but is not what the publisher promised: names file, column and codes."""

    blamed: tuple[str, ...] = ()
    """Datasets whose files cannot be right, where that is known."""


class BoundaryError(InContextError):
    """Outlines that do not form a valid coverage."""


class StoreError(InContextError):
    """A store or build that is missing, damaged or in use."""


class NotAvailableError(InContextError):
    """A figure that the edition does not have, with the reason and what would bring it."""


class AggregationError(InContextError):
    """A figure that must not be summed or averaged, such as life expectancy."""
