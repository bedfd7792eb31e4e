"""From a request and a store to a ``Context``: the one door between data and what is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from context.compare import compare_places, name_of_rest
from context.earlier import Earlier, read_earlier
from context.overlay import OWN, catalogue_of
from context.request import Request, is_small_area, short_system_name
from geodata.editions import newer_edition, read_release_date
from geodata.errors import RequestError

if TYPE_CHECKING:
    from geodata.store import Store


@dataclass(frozen=True, kw_only=True, eq=False)  # tables have no one answer to "equal"
class Context:
    """Everything that is shown for one request, as plain values; equal to itself alone.

    ``comparison`` has the columns of ``compare.ROW``; ``small_areas`` is the wide table of the
    system's small areas; ``places`` says where each of them lies; ``in_focus`` marks those of the
    focus.
    """

    request: Request
    store: Store
    system_name: str
    system_short_name: str
    focus_name: str | None
    peer_names: tuple[str, ...]
    rest_name: str | None
    comparison: pd.DataFrame
    small_areas: pd.DataFrame
    places: pd.DataFrame
    in_focus: pd.Series[bool]
    notices: tuple[str, ...]

    @property
    def system_phrase(self) -> str:
        """Name the system in a sentence: "the Devon system", which no county is called."""
        return f"the {self.system_short_name.replace(' and the ', ' and ')} system"

    @cached_property
    def earlier(self) -> Earlier:
        """The edition before, on today's ground; read when something is said of change."""
        return read_earlier(self.store)


def build_context(
    request: Request, store: Store, *, review_date: dt.date | None = None, group_name: str = ""
) -> Context:
    """Answer a request from a store; with a review date, say which figures came out after it.

    ``group_name`` names a focus that is made of small areas.

    Raises ``NotAvailableError`` for a system outside the starter and ``RequestError`` for a
    request of another edition.
    """
    if request.edition != store.edition.id:
        raise RequestError(
            f"The request is for edition {request.edition}, "
            f"the data are edition {store.edition.id}."
        )
    places = store.places(request.system)
    small_areas = store.small_areas(request.system)
    in_focus = _in_focus(places, request.focus)
    names = store.membership.drop_duplicates("area_code").set_index("area_code")["area_name"]
    short = short_system_name(store, request.system)
    comparison = compare_places(
        request, store, small_areas, places, in_focus, short_name=short, group_name=group_name
    )
    focus = comparison.loc[comparison["role"] == "focus", "area_name"]
    focus_name = str(focus.iloc[0]) if len(focus) else None
    rest_name = name_of_rest(short) if focus_name else None
    return Context(
        request=request,
        store=store,
        system_name=str(places["system_name"].iloc[0]),
        system_short_name=short,
        focus_name=focus_name,
        peer_names=tuple(names[code] for code in request.peers),
        rest_name=rest_name,
        comparison=comparison,
        small_areas=small_areas,
        places=places,
        in_focus=in_focus,
        notices=_notices(store, review_date),
    )


def _in_focus(places: pd.DataFrame, focus: Sequence[str]) -> pd.Series[bool]:
    lower, upper = places["ltla_code"].isin(focus), places["utla_code"].isin(focus)
    if any(is_small_area(code) for code in focus):
        return pd.Series(places.index.isin(focus), index=places.index)
    for code in focus:
        others = [other for other in focus if other != code]
        if (places["utla_code"].eq(code) & places["ltla_code"].isin(others)).any():
            raise RequestError("A focus lies inside another focus: give one of the two.")
    return lower | upper


def _notices(store: Store, review_date: dt.date | None) -> tuple[str, ...]:
    found = []
    if store.is_starter:
        shown = [s["name"] for s in store.manifest["systems"] if s["code"] in _complete(store)]
        found.append(
            f"This is the starter: {', '.join(shown)} at small-area level, edition "
            f"{store.edition.id}. Run `incontext fetch` to load all of England."
        )
    if OWN in store.measures:
        title = catalogue_of(store).measure(OWN).title
        found.append(f"{title} is the user's own table, not official statistics.")
    newer = newer_edition(store.edition)
    if newer is not None:
        found.append(
            f"Edition {store.edition.id} holds the figures of its time; edition {newer.id} has "
            "newer ones."
        )
    for dataset in store.manifest["datasets"] if review_date else ():
        published = read_release_date(dataset["release_date"])
        if review_date and published and published > review_date:
            found.append(
                f"{dataset['title']} was published after the review date of "
                f"{review_date.day} {review_date:%B %Y} (released {dataset['release_date']})."
            )
    return tuple(found)


def _complete(store: Store) -> set[str]:
    return set(store.manifest["complete_systems"])
