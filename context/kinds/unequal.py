"""Kind "unequal": which groups live in the most deprived areas, focus against rest."""

from __future__ import annotations

from collections.abc import Iterator

from context.kinds.level import bullet
from context.voice import NotMade, Said, Voice, templates
from context.wording import fit_bullet, say_join, say_least
from indicators.catalogue import catalogue

KIND = "unequal"
OLDER = "share_65_plus_most_deprived_20"
EVERYONE = "share_most_deprived_20"
GROUPS = ("asian", "black", "mixed", "white", "other")


def make_older(voice: Voice) -> Iterator[Said]:
    """State the share of older people who live in the most deprived fifth of small areas."""
    subject = voice.subject(OLDER)
    if subject is None:
        return
    measure = catalogue().measure(OLDER)
    others = voice.others(OLDER)
    everyone = voice.subject(EVERYONE)
    said = templates()["unequal"]["older"]
    named = {
        "place": voice.name(subject),
        "place_short": voice.short_name(subject),
        "place_bare": voice.bare_name(subject),
        "value": voice.shown(subject, measure),
        "count": f"{subject['numerator']:,.0f}",
        "people": f"{subject['denominator']:,.0f}",
        "period": subject["period"],
        "comparison": voice.compare(subject, others, measure),
    }
    some = subject["numerator"] > 0
    text, evidence = said["text" if some else "none"].format(**named), [subject, *others]
    if everyone is not None and everyone["numerator"] > 0:
        text += said["everyone"].format(everyone=voice.shown(everyone, measure), **named)
        evidence.append(everyone)
    yield voice.state(
        kind=KIND,
        measure=measure,
        key=OLDER,
        text=text,
        bullet=(
            bullet(voice, said, named, others, measure)
            if some
            else fit_bullet(
                said[w].format(**named) for w in ("bullet_none", "brief_none", "briefest_none")
            )
        ),
        evidence=evidence,
        rule=(
            "People of the group in England's 20% most deprived small areas, by all people of "
            f"the group. A difference below {say_least(measure.worth_saying, measure.unit)} is "
            'worded as "about the same".'
        ),
        size=voice.size(subject, others, measure),
    )


def make_groups(voice: Voice) -> Iterator[Said]:
    """State, for each broad ethnic group that is large enough, the share in those areas."""
    rows = {group: voice.subject(f"{EVERYONE}_{group}") for group in GROUPS}
    here = {group: row for group, row in rows.items() if row is not None}
    if len(here) < 2:
        return
    if not any(row["numerator"] for row in here.values()):
        reason = f"Nobody in {voice.subject_name} lives in the most deprived fifth of small areas."
        yield NotMade(kind=KIND, indicator="ethnicity", reason=reason)
        return
    entries = catalogue()
    first = entries.measure(f"{EVERYONE}_{next(iter(here))}")
    ranked = sorted(here, key=lambda group: -here[group]["value"])
    rest = {
        group: found[0] for group in ranked if (found := voice.rows(f"{EVERYONE}_{group}", "rest"))
    }
    said = templates()["unequal"]["groups"]
    evidence = [*(here[group] for group in ranked), *rest.values()]
    named = {
        "place": voice.subject_name,
        "place_bare": voice.bare_name(here[ranked[0]]),
        "list": say_join([f"{voice.shown(here[g], first)} of {said['names'][g]}" for g in ranked]),
        "period": here[ranked[0]]["period"],
        "top": said["names"][ranked[0]],
        "top_value": voice.shown(here[ranked[0]], first),
        "bottom": said["names"][ranked[-1]],
        "bottom_value": voice.shown(here[ranked[-1]], first),
    }
    text = said["text"].format(**named)
    if rest:
        shares = [f"{voice.shown(rest[g], first)} of {said['names'][g]}" for g in rest]
        text += said["rest"].format(rest=voice.context.rest_name, list=say_join(shares))
    absent = [said["names"][group] for group in GROUPS if group not in here]
    if absent:
        text += said["absent"].format(groups=say_join(absent), place=voice.subject_name)
    spread = here[ranked[0]]["value"] - here[ranked[-1]]["value"]
    yield voice.state(
        kind=KIND,
        measure=first,
        key=f"{EVERYONE}_groups",
        text=text,
        bullet=fit_bullet(
            said[wording].format(**named) for wording in ("bullet", "brief", "briefest", "shortest")
        ),
        evidence=evidence,
        rule=(
            "People of each group in England's 20% most deprived small areas, by all people of "
            f"the group; groups of fewer than {first.minimum} people are not shown. Counts are of "
            "a whole census, so there is no interval; groups are listed by size of share."
        ),
        size=spread / (first.worth_saying or 1.0),
        challenged=voice.challenged(first, str(named["period"]), said["definition"]),
    )
