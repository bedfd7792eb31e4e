"""What people call an area, and which area they mean: names, aliases and the search by name."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from geodata.errors import UnknownNameError

SHOWN_CHARACTERS = 200
SHOWN_NEAREST = 3
SHOWN_AMBIGUOUS = 10
NEAR_ENOUGH = 0.5
MOST_STRIPPED = 4
SHORTEST_CONTAINED = 4

_LEADING = ("the ", "nhs ")
_TRAILING = (
    " integrated care board",
    " integrated care system",
    " sustainability and transformation partnership",
    " health and care partnership",
    " stp",
    " ics",
    " icb",
    " council",
    " city council",
    " county council",
    " district",
    " borough",
)
_FIRST_WORDS = ("Isles of ", "Isle of ", "County ")
_RIVER = re.compile(r"-(?:on|upon|under|in)-| upon | with ")
_ORGANISATION_CODE = re.compile(r"Q[A-Z0-9]{2}")
_BOARD = re.compile(r"NHS (.+) Integrated Care Board", re.IGNORECASE)
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
    """Fold case, accents, ampersands, punctuation and spaces, so that spellings compare.

    An apostrophe goes without a trace, as people leave it out: "Kings Lynn".
    """
    spelt = re.sub("['\u2018\u2019\u02bc]", "", text.casefold()).replace("&", " and ")
    decomposed = unicodedata.normalize("NFKD", spelt)
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


def said_names(official: str) -> tuple[str, ...]:
    """Return how people name an authority or system whose official name has several parts.

    >>> said_names("Bristol, City of"), said_names("Stoke-on-Trent"), said_names("Isles of Scilly")
    (('Bristol', 'City of Bristol', 'Bristol'), ('Stoke',), ('Scilly',))
    >>> said_names("Bournemouth, Christchurch and Poole")
    ('Bournemouth', 'Christchurch', 'Poole', 'BCP')
    """
    name, comma, after = official.partition(", ")
    if comma and after.endswith(" of"):
        return (name, f"{after} {name}", name.removeprefix("Kingston upon "))
    names = [official.removeprefix(start) for start in _FIRST_WORDS if official.startswith(start)]
    names += _RIVER.split(official)[:1] if _RIVER.search(official) else []
    parts = name_parts(official)
    initials = ["".join(part[0] for part in parts)] if len(parts) > 2 else []
    return (*names, *parts, *initials)


def name_parts(name: str) -> list[str]:
    """Return the parts of a name that joins several; none where it is of one piece.

    >>> name_parts("Cornwall and the Isles of Scilly"), name_parts("Devon")
    (['Cornwall', 'Isles of Scilly'], [])
    """
    parts = [part.removeprefix("the ") for part in re.split(r", | and ", name)]
    return parts if len(parts) > 1 else []


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
    for forms in spoken_forms(text):
        for index in (names, aliases):
            found = [c for form in forms for c in index.get(form, [])]
            if found:
                return _only(found, text, what)
    raise UnknownNameError(_not_found(text, key, names, aliases, what))


def load_system_names(
    edition_id: str, official: Mapping[str, str] | None = None
) -> dict[str, SystemName]:
    """The names in use for the systems of an edition, by official code.

    ``official`` maps code to official name, as the edition's lookup gives them. A system that
    ``systems.toml`` does not know takes its short name from it ("NHS X Integrated Care Board" is
    "X"), and the aliases and phase of the edition before where that has the same code under the
    same short name. Raises ``UnknownNameError`` for an edition that is not declared.
    """
    source = resources.files("geodata").joinpath("systems.toml").read_text(encoding="utf-8")
    editions = tomllib.loads(source)["systems"]
    if edition_id not in editions:
        known = ", ".join(sorted(editions))
        raise UnknownNameError(
            f'No edition with system names is called "{shown_text(edition_id)}". '
            f"There are: {known}."
        )
    earlier = [editions[name] for name in sorted(editions, reverse=True) if name < edition_id]
    before = _read_names(earlier[0]) if earlier else {}
    derived = {}
    for code, name in (official or {}).items():
        short, kept = short_name_of(name), before.get(code)
        same = kept is not None and normalise(kept.short_name) == normalise(short)
        derived[code] = kept if kept and same else SystemName(code=code, short_name=short)
    return {**derived, **_read_names(editions[edition_id])}


def short_name_of(official_name: str) -> str:
    """Return the part of a board's official name that says where it is.

    >>> short_name_of("NHS Devon Integrated Care Board")
    'Devon'
    """
    found = _BOARD.fullmatch(official_name.strip())
    return found.group(1) if found else official_name.strip()


def _read_names(entries: Mapping[str, Any]) -> dict[str, SystemName]:
    return {
        code: SystemName(
            code=code,
            short_name=entry["short_name"],
            aliases=tuple(entry.get("aliases", ())),
            phase=entry.get("phase"),
        )
        for code, entry in entries.items()
    }


def spoken_forms(text: str) -> list[list[str]]:
    """Return what a text may mean: itself, then with one, two ... words for a body stripped."""
    steps = [[normalise(text)]]
    for _ in range(MOST_STRIPPED):
        steps.append(_stripped(steps[-1]))
    return [forms for forms in steps if forms]


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
        f'"{shown_text(text)}" is the name of more than one {what}: {listed}. Use the code instead.'
    )


def shown_text(text: str) -> str:
    """Return text as it may stand in a message: one line, no control characters, not too long."""
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
    opening = f'No {what} is called "{shown_text(text)}".'
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
