"""What people call an area, and which area they mean: names, aliases and the search by name."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from geodata.errors import UnknownNameError

SHOWN_CHARACTERS = 200
SHOWN_NEAREST = 3
SHOWN_AMBIGUOUS = 10
NEAR_ENOUGH = 0.5
MOST_STRIPPED = 4
SHORTEST_CONTAINED = 4

_LEADING = ("the ", "nhs ")
_TRAILING = (
    " stp",
    " ics",
    " icb",
    " council",
    " city council",
    " county council",
    " district",
    " borough",
)
_ORGANISATION_CODE = re.compile(r"Q[A-Z0-9]{2}")
_SHORT_FORMS = ("STP", "ICS", "ICB", "Health and Care Partnership", "Integrated Care System")


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something that can be asked for by code, official name or alias."""

    code: str
    name: str
    level: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SystemName:
    """What people call a system, and the phase of the reviews that it was part of."""

    code: str
    short_name: str
    aliases: tuple[str, ...] = ()
    phase: int | None = None


def normalise(text: str) -> str:
    """Fold case, accents, ampersands, punctuation and spaces, so that spellings compare."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def system_aliases(
    short_name: str, official_name: str, aliases: Iterable[str], kind: Literal["STP", "ICB"]
) -> tuple[str, ...]:
    """Every form that a system answers to besides its official name, without repeats."""
    given = list(aliases)
    forms = [short_name, *given]
    for base in (short_name, *given):
        if _ORGANISATION_CODE.fullmatch(base):
            continue
        forms += [f"{base} {form}" for form in _SHORT_FORMS]
        if kind == "STP":
            forms.append(f"{base} Sustainability and Transformation Partnership")
        else:
            forms += [
                f"NHS {base} ICB",
                f"{base} Integrated Care Board",
                f"NHS {base} Integrated Care Board",
            ]
    seen = {normalise(official_name), ""}
    kept: list[str] = []
    for form in forms:
        key = normalise(form)
        if key not in seen:
            seen.add(key)
            kept.append(form)
    return tuple(kept)


def find_named(text: str, candidates: Sequence[Named], *, what: str) -> Named:
    """The one candidate that ``text`` means: by code, then official name, then alias.

    When none of these match, the same is tried without a leading "the" or "NHS" and a trailing
    "STP", "ICS", "ICB", "council", "district" or "borough".
    """
    code = text.strip().casefold()
    by_code = [c for c in candidates if c.code.casefold() == code]
    if by_code:
        return _only(by_code, text, what)
    names: dict[str, list[Named]] = {}
    aliases: dict[str, list[Named]] = {}
    for candidate in candidates:
        names.setdefault(normalise(candidate.name), []).append(candidate)
        for alias in candidate.aliases:
            aliases.setdefault(normalise(alias), []).append(candidate)
    names.pop("", None)
    aliases.pop("", None)
    key = normalise(text)
    forms = [key]
    for _ in range(MOST_STRIPPED + 1):
        for index in (names, aliases):
            found = [c for form in forms for c in index.get(form, [])]
            if found:
                return _only(found, text, what)
        forms = _stripped(forms)
    raise UnknownNameError(_not_found(text, key, names, aliases, what))


def load_system_names(edition_id: str) -> dict[str, SystemName]:
    """The names in use for the systems of an edition, by official code."""
    source = resources.files("geodata").joinpath("systems.toml").read_text(encoding="utf-8")
    editions = tomllib.loads(source)["systems"]
    if edition_id not in editions:
        known = ", ".join(sorted(editions))
        raise UnknownNameError(
            f'No edition with system names is called "{_shown(edition_id)}". There are: {known}.'
        )
    return {
        code: SystemName(
            code=code,
            short_name=entry["short_name"],
            aliases=tuple(entry.get("aliases", ())),
            phase=entry.get("phase"),
        )
        for code, entry in editions[edition_id].items()
    }


def _stripped(forms: Iterable[str]) -> list[str]:
    """Each form with one leading or trailing word that says only what kind of body it is cut."""
    shorter: dict[str, None] = {}
    for form in forms:
        for start in _LEADING:
            if form.startswith(start):
                shorter[form.removeprefix(start)] = None
        for end in _TRAILING:
            if form.endswith(end):
                shorter[form.removesuffix(end)] = None
    return list(shorter)


def _only(found: Sequence[Named], text: str, what: str) -> Named:
    by_code = {c.code: c for c in reversed(found)}
    if len(by_code) == 1:
        return found[0]
    ordered = sorted(by_code.values(), key=lambda c: (c.name, c.code))
    listed = ", ".join(f"{c.name} ({c.code})" for c in ordered[:SHOWN_AMBIGUOUS])
    if len(ordered) > SHOWN_AMBIGUOUS:
        listed += f" and {len(ordered) - SHOWN_AMBIGUOUS} more"
    raise UnknownNameError(
        f'"{_shown(text)}" is the name of more than one {what}: {listed}. Use the code instead.'
    )


def _shown(text: str) -> str:
    """Text as it may stand in a message: one line, no control characters, not too long."""
    spaced = " ".join(text[: SHOWN_CHARACTERS * 10].split())
    visible = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    if len(visible) > SHOWN_CHARACTERS or len(text) > SHOWN_CHARACTERS * 10:
        return visible[:SHOWN_CHARACTERS].rstrip() + "…"
    return visible


def _not_found(
    text: str,
    key: str,
    names: dict[str, list[Named]],
    aliases: dict[str, list[Named]],
    what: str,
) -> str:
    opening = f'No {what} is called "{_shown(text)}".'
    short = key[:SHOWN_CHARACTERS]
    keys = list(dict.fromkeys([*names, *aliases]))
    ranked: list[str] = []
    if short:
        contained = [
            k
            for k in keys
            if (len(short) > 1 and short in k)
            or (len(k) >= SHORTEST_CONTAINED and f" {k} " in f" {short} ")
        ]
        ranked += sorted(contained, key=lambda k: (abs(len(k) - len(short)), k))
        # Many keys belong to the same area, so more are asked for than are shown.
        ranked += difflib.get_close_matches(short, keys, n=10 * SHOWN_NEAREST, cutoff=NEAR_ENOUGH)
    nearest: dict[str, str] = {}
    for k in ranked:
        for candidate in (*names.get(k, ()), *aliases.get(k, ())):
            nearest.setdefault(candidate.code, candidate.name)
    if not nearest:
        return f"{opening} Nothing similar is known: use the official name or the code."
    listed = ", ".join(list(nearest.values())[:SHOWN_NEAREST])
    return f"{opening} The nearest are: {listed}."
