"""Kind "level": the focus against the rest of its system, its peers and England."""

from __future__ import annotations

from collections.abc import Iterator

from context.standing import wholly_inside
from context.voice import Row, Said, Voice, templates
from context.wording import fit_bullet, say_least, say_number, say_rank_in_words, start_sentence
from indicators.catalogue import Measure

KIND = "level"


def make(voice: Voice, measure: Measure) -> Iterator[Said]:
    """State the level of one measure: its value, its count, and what it is compared with."""
    template = templates()["level"].get(measure.id)
    subject = voice.subject(measure.id)
    if template is None or subject is None:
        return
    others = voice.others(measure.id)
    named = {
        "place": voice.name(subject),
        "place_start": start_sentence(voice.name(subject)),
        "place_short": voice.short_name(subject),
        "place_bare": voice.bare_name(subject),
        "value": voice.shown(subject, measure),
        "count": say_number(subject["numerator"], "people", 0),
        "people": say_number(subject["denominator"], "people", 0),
        "period": subject["period"],
        "comparison": voice.compare(subject, others, measure),
    }
    text = template["text"].format(**named)
    evidence = [subject, *others]
    if measure.count:
        opposite, more = _opposite(voice, subject, measure, template)
        text += opposite
        evidence += more
    yield voice.state(
        kind=KIND,
        measure=measure,
        key=measure.id,
        text=text,
        bullet=bullet(voice, template, named, others, measure),
        evidence=evidence,
        rule=(
            f"A difference below {say_least(measure.worth_saying, measure.unit)} is worded as "
            '"about the same"; there is no published interval, so no difference is called '
            "significant."
        ),
        size=voice.size(subject, others, measure),
    )


def bullet(
    voice: Voice,
    template: dict[str, str],
    named: dict[str, str],
    others: list[Row],
    measure: Measure,
) -> str:
    """Compare with the first place that keeps the bullet within its words, England last.

    Where even England does not fit after a long name, briefer wordings are used.
    """
    return fit_bullet(
        template[wording].format(
            **named, other=voice.shown(row, measure), other_place=voice.name(row)
        )
        for wording in ("bullet", "brief", "briefest")
        if wording in template
        for row in others
    )


def _opposite(
    voice: Voice, subject: Row, measure: Measure, template: dict[str, str]
) -> tuple[str, list[Row]]:
    """Say when the share is among the lowest of the system but the number among the largest."""
    context = voice.context
    shares = wholly_inside(context, measure.id)
    counts = wholly_inside(context, measure.count)
    code = subject["area_code"]
    if code not in shares.index or len(shares) < 4:
        return "", []
    shown = shares.round(measure.decimals)
    if (shown == shown[code]).sum() > 1 or (counts == counts[code]).sum() > 1:
        return "", []  # a rank that vanishes in rounding is not said
    share, count = shares[code], counts[code]
    share_below, share_above = int((shares < share).sum()), int((shares > share).sum())
    count_below, count_above = int((counts < count).sum()), int((counts > count).sum())
    low_share = share_below < len(shares) / 4 and count_above < len(shares) / 4
    low_count = share_above < len(shares) / 4 and count_below < len(shares) / 4
    if not (low_share or low_count):
        return "", []
    text = template["opposite"].format(
        n=len(shares),
        system=context.system_phrase,
        place=voice.name(subject),
        share_place=say_rank_in_words(share_above, share_below, low="lowest", high="highest"),
        count_place=say_rank_in_words(count_above, count_below, low="smallest", high="largest"),
    )
    rows = [*voice.rows(measure.id, "ltla"), *voice.rows(measure.count, "ltla")]
    return text, [row for row in rows if row["area_code"] in shares.index]
