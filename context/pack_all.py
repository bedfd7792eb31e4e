"""The packs of every system of a store, side by side; one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from context.build import build_context
from context.pack import Report, write_pack
from context.request import Request
from geodata.errors import InContextError

if TYPE_CHECKING:
    from geodata.store import Store


def write_packs(
    store: Store,
    folder: Path,
    *,
    topic: str,
    template: Path | None = None,
    jobs: int = 1,
    report: Report = lambda line: None,
) -> dict[str, str]:
    """Write the pack of every system of a store, one folder each, named by its code.

    A system that fails does not stop the others; returns code -> name and reason for those that
    failed.
    """
    names = {str(s["code"]): str(s["name"]) for s in store.manifest["systems"]}
    requests = [
        Request(edition=store.edition.id, system=code, topic=topic)
        for code in store.manifest["complete_systems"]
    ]
    folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    results = _write_all(requests, folder, template, max(1, jobs))
    for done, (request, made, error) in enumerate(results, start=1):
        code = request.system
        said = "made" if made else "unchanged"
        if error is not None:
            failed[code] = f"{names[code]}: {_say(error)}"
            said = "failed"
        report(f"{done} of {len(requests)}: {code} {names[code]} {said}")
    return failed


def _write_all(
    requests: list[Request], folder: Path, template: Path | None, jobs: int
) -> Iterator[tuple[Request, bool, BaseException | None]]:
    """Write packs side by side; yields each request with whether it was made, or its error.

    Where a process is killed (no memory, say) all that still wait fail with it: these are tried
    again, each in a process of its own, so that only the guilty one fails.
    """
    again = []
    with _pool(jobs) as pool:
        waiting = {pool.submit(_write_one, r, folder / r.system, template): r for r in requests}
        for future in as_completed(waiting):
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                again.append(waiting[future])
            else:
                yield waiting[future], error is None and future.result(), error
    for request in again:
        with _pool(1) as pool:
            future = pool.submit(_write_one, request, folder / request.system, template)
            error = future.exception()
            yield request, error is None and future.result(), error


def _pool(jobs: int) -> Executor:
    # A fresh interpreter each: a forked one would share the locks of the drawing library.
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _say(error: BaseException) -> str:
    return str(error) if isinstance(error, InContextError) else f"{type(error).__name__}: {error}"


def _write_one(request: Request, folder: Path, template: Path | None) -> bool:
    from geodata.store import open_store

    context = build_context(request, open_store(request.edition))
    return write_pack(context, folder, template=template)
