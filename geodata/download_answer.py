"""One question to a service that answers in a moment, where "not found" is an answer too."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

from geodata.download_transport import Fault, Transport, mirrored

TIMEOUT_S = 5.0
MOST_MB = 1
ANSWERS = (requests.codes.ok, requests.codes.not_found)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a service answered: the status of HTTP and the body."""

    status: int
    body: bytes

    @property
    def is_found(self) -> bool:
        """Say whether the service had what was asked for."""
        return bool(self.status == requests.codes.ok)


class Question(Transport):
    """Asks once, without retries and without keeping anything: somebody is waiting."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(tries=1, wait_s=0.0, timeout_s=timeout_s, report=lambda line: None)

    def ask(self, url: str) -> Answer:
        """Return what is answered at an address, found or not.

        Raises ``Fault`` with the reason, as the end of a sentence that names the service.
        """
        deadline = time.monotonic() + 2 * self._timeout_s
        into = io.BytesIO()
        try:
            with self._session().get(
                mirrored(url), stream=True, timeout=self._timeout_s
            ) as response:
                if response.status_code not in ANSWERS:
                    raise Fault(f"it is out of order (HTTP {response.status_code})")
                self._stream(response, into, MOST_MB, deadline, lambda done, total: None)
                return Answer(status=response.status_code, body=into.getvalue())
        except (requests.RequestException, HTTPError) as error:
            late = isinstance(error, requests.Timeout) or "timed out" in str(error)
            raise Fault(
                "it did not answer in time" if late else "there is no connection"
            ) from error
