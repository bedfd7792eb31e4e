"""Asking a publisher: one request with a deadline, and how often it is asked again."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

import requests
import tenacity
from urllib3.exceptions import HTTPError

from geodata.contents import CHUNK, MEGABYTE, ChangedError
from geodata.errors import DownloadError, SourceError
from geodata.progress import Note
from geodata.sources import Dataset

USER_AGENT = "incontext/0.1 (population context of health systems from official statistics)"
LONGEST_WAIT_S = 60.0
DEADLINE_TIMEOUTS = 10
T = TypeVar("T")
Tell = Callable[[int, int | None], None]


class Fault(Exception):  # noqa: N818 - never shown as such
    """What went wrong with one request, as the end of a sentence that names the host."""

    def __init__(
        self, reason: str, *, final: bool = False, gone: bool = False, wait_s: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.final = final
        self.gone = gone
        self.wait_s = wait_s


def mirrored(url: str) -> str:
    """Return ``url``, or its address on the mirror that ``INCONTEXT_MIRROR`` names."""
    mirror = os.environ.get("INCONTEXT_MIRROR", "").strip().rstrip("/")
    if not mirror or not url.startswith("https://"):
        return url
    return f"{mirror}/{url.removeprefix('https://')}"


def failed(dataset: Dataset, url: str, reason: object, tries: int) -> DownloadError:
    """Return the one sentence about a publisher that did not deliver."""
    host = urlsplit(url).hostname or url
    if mirrored(url) != url:
        host += " (asked through the mirror of INCONTEXT_MIRROR)"
    times = f" ({tries} tries)" if tries > 1 else ""
    return DownloadError(
        f"{dataset.title} could not be downloaded from {host}: {reason}{times}; check the "
        f"connection and try again later, or give a local copy with --file {dataset.id}=PATH."
    )


class Transport:
    """Requests with retries; safe to use from several threads."""

    def __init__(
        self, *, tries: int, wait_s: float, timeout_s: float, report: Callable[[str], None]
    ) -> None:
        self._tries = tries
        self._wait_s = wait_s
        self._timeout_s = timeout_s
        self._report = report
        self._local = threading.local()
        self.stopped = threading.Event()
        """Once set, running requests end at their next bytes and none is made again."""

    def attempt(self, dataset: Dataset, url: str, action: Callable[[float], T]) -> T:
        """Run ``action`` until it succeeds, every try is used or its deadline has passed.

        ``Fault``, ``ValueError`` and ``ChangedError`` are worth another try. What is gone is left
        to the caller.
        """
        limit_s = self._timeout_s * DEADLINE_TIMEOUTS
        deadline = time.monotonic() + limit_s
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_retrying),
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._tries),
                tenacity.stop_after_delay(limit_s),
                tenacity.stop_when_event_set(self.stopped),
            ),
            wait=self._pause,
            sleep=tenacity.sleep_using_event(self.stopped),
            before_sleep=lambda state: self._say_again(dataset, state),
            reraise=True,
        )
        try:
            return retrying(action, deadline)
        except ChangedError as error:
            raise SourceError(str(error)) from error
        except (Fault, ValueError) as error:
            if isinstance(error, Fault) and error.gone:
                raise
            tries = int(retrying.statistics.get("attempt_number", 1))
            raise failed(dataset, url, reason_of(error), tries) from error

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_s if isinstance(error, Fault) else 0.0
        own = self._wait_s * 2.0 ** (state.attempt_number - 1)
        return min(max(asked, own), LONGEST_WAIT_S)

    def _say_again(self, dataset: Dataset, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        words = f"{reason_of(error)}; trying again ({state.attempt_number} of {self._tries})"
        self._report(Note(dataset.title, words, state="trying again"))

    def receive(
        self,
        url: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        into: BinaryIO,
        *,
        max_mb: int,
        deadline: float,
        tell: Tell = lambda done, total: None,
    ) -> requests.Response:
        """Ask once and stream the body ``into`` a file; every trouble becomes a ``Fault``.

        ``tell`` hears the bytes that have come and, where known, how many there will be.
        """
        if self.stopped.is_set():
            raise Fault("the fetch was stopped", final=True)
        try:
            with self._session().get(
                mirrored(url),
                params=dict(params),
                headers=dict(headers),
                stream=True,
                timeout=self._timeout_s,
            ) as response:
                _check_status(response)
                if response.status_code != requests.codes.not_modified:
                    self._stream(response, into, max_mb, deadline, tell)
                return response
        except requests.TooManyRedirects as error:
            raise Fault("it redirects every request in a circle", final=True) from error
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            late = isinstance(error, requests.Timeout) or "timed out" in str(error)
            reason = "it did not answer in time" if late else "the connection failed or was cut"
            raise Fault(reason) from error
        except requests.RequestException as error:
            no_address = isinstance(error, ValueError)
            raise Fault(f"the request failed ({type(error).__name__})", final=no_address) from error

    def _stream(
        self, response: requests.Response, into: BinaryIO, max_mb: int, deadline: float, tell: Tell
    ) -> None:
        length = response.headers.get("Content-Length", "")
        expected = int(length) if length.isdecimal() else None
        limit = max_mb * MEGABYTE
        too_large = f"the answer is larger than the {max_mb:,} MB expected"
        if expected is not None and expected > limit:
            raise Fault(too_large)
        size = 0
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            size += len(chunk)
            if size > limit:
                raise Fault(too_large, final=True)
            if time.monotonic() > deadline:
                raise Fault("it sends too slowly")
            if self.stopped.is_set():
                raise Fault("the fetch was stopped", final=True)
            into.write(chunk)
            tell(response.raw.tell(), expected)
        if expected is not None and response.raw.tell() != expected:
            raise Fault("the answer was cut short")

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.headers["User-Agent"] = USER_AGENT
            session.max_redirects = 5
        return session


def _worth_retrying(error: BaseException) -> bool:
    if isinstance(error, Fault):
        return not error.final
    return isinstance(error, ValueError | ChangedError)


def reason_of(error: BaseException | None) -> str:
    """Return the reason in plain words; the library's own words help nobody."""
    if isinstance(error, UnicodeDecodeError):
        return "it answered with bytes that are not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return "it answered with something that is not complete JSON"
    return str(error)


def _check_status(response: requests.Response) -> None:
    status, wait_s = response.status_code, _retry_after(response)
    if status in (requests.codes.ok, requests.codes.not_modified):
        return
    if status in (requests.codes.not_found, requests.codes.gone):
        words = f"there is nothing at that address any more (HTTP {status})"
        raise Fault(words, gone=True, final=status == requests.codes.gone)
    if wait_s > LONGEST_WAIT_S:
        words = f"it asks to wait for {wait_s / 60:,.0f} minutes (HTTP {status})"
        raise Fault(words, final=True)
    if status in (requests.codes.request_timeout, requests.codes.too_many_requests):
        raise Fault(f"it is too busy (HTTP {status})", wait_s=wait_s)
    if status >= requests.codes.internal_server_error:
        raise Fault(f"it is out of order (HTTP {status})", wait_s=wait_s)
    raise Fault(f"it refuses the request (HTTP {status})", final=True)


def _retry_after(response: requests.Response) -> float:
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        then = parsedate_to_datetime(value)
        return max((then - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
