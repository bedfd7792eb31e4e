"""Rules that hold for every statement of every request, whatever its figures."""

import re

from context.ledger import measure_of
from context.wording import count_words, say_number, say_place

DIRECTIONS = ("higher than", "lower than", "about the same as")
AGES = {65.0}
COUNTED = (("ltla",), ("utla",), ("ltla", "utla"))
"""Roles whose areas a sentence may count: "among the 10 districts"."""


def check_statements(made, *, least):
    """Every number is in the evidence, every direction fits, nothing is doubled or empty."""
    statements = made.statements
    assert len(statements) >= least
    for field in ("id", "text", "bullet"):
        values = [getattr(s, field) for s in statements]
        assert len(set(values)) == len(values), [v for v in values if values.count(v) > 1]
    for statement in statements:
        check_numbers(statement)
        check_shape(statement)
        if statement.kind == "level":
            check_directions(statement)
            check_places(statement)
        if statement.kind == "change":
            check_change(statement)
    assert len(made.short) == min(5, len(statements))
    for left_out in made.not_made:
        assert left_out.reason.strip()


def shown(row):
    measure = measure_of(row["measure"])
    return say_number(row["value"], measure.unit, measure.decimals)


def called(row):
    """A place as the text calls it; a county and the part of a split authority have other names."""
    name = say_place(row["area_name"].partition(", in edition")[0])
    return name.removeprefix("the ").partition(" (the part")[0]


def check_places(statement):
    """Every figure that is compared with stands behind the name of its own place."""
    subject = statement.evidence[0]
    assert shown(subject) in statement.text.split(".", 2)[0] + statement.text, statement.text
    for row in statement.evidence[1:]:
        if row["role"] in ("rest", "peer", "england") and row["measure"] == subject["measure"]:
            stated = re.search(rf"{re.escape(called(row))}[^()]*\(([^()]*)\)", statement.text)
            assert stated, (statement.text, row)
            assert stated[1] == shown(row), (statement.text, row)


def check_change(statement):
    """Rose, fell or stayed as the figures of one place do, now and before, in its own clause."""
    rows = statement.evidence
    assert len(rows) % 2 == 0
    for now, then in zip(rows[::2], rows[1::2], strict=True):
        assert then["area_code"].endswith(f":{now['area_code']}")
        assert (then["role"], then["measure"]) == (now["role"], now["measure"])
        gap = now["value"] - then["value"]
        alike = shown(now) == shown(then)
        least = measure_of(now["measure"]).worth_saying
        way = "same" if abs(gap) < least or alike else "rose" if gap > 0 else "fell"
        if now is rows[0]:
            verb = {"same": "stayed about the same:"}.get(way, f"{way} from {shown(then)} (")
            assert verb in statement.text.split(". It ")[0], statement.text
        elif way == "same":
            clause = rf"in [^()]*{re.escape(called(now))}[^()]* \({shown(then)} and {shown(now)}\)"
            assert re.search(clause, statement.text), (statement.text, clause)
        else:
            said = f"from {shown(then)} to {shown(now)} in "
            assert said in statement.text, (statement.text, said)
            clause = statement.text.split(said)[1]
            assert called(now) in clause[: clause.find("%") if "%" in clause else None], clause
            before = statement.text.split(said)[0]
            verbs = {verb: before.rfind(verb) for verb in ("rose", "fell", "stayed")}
            assert max(verbs, key=verbs.get) == way, statement.text


def check_shape(statement):
    assert statement.text.strip()
    assert statement.bullet.strip()
    assert count_words(statement.bullet) <= 20, statement.bullet
    assert statement.evidence
    assert statement.sources
    assert statement.rule.endswith(".")
    assert "{" not in statement.text + statement.bullet
    assert "nan" not in (statement.text + statement.bullet).split()
    assert ".." not in statement.text
    assert "  " not in statement.text
    assert statement.if_challenged.count(". ") == 1, statement.if_challenged


def check_numbers(statement):
    known = {*AGES, *evidence_numbers(statement)}
    for text in (statement.text, statement.bullet):
        strange = [n for n in numbers_in(text) if n not in known]
        assert not strange, (statement.id, strange, text)


def numbers_in(text):
    plain = text.replace("km²", "")
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", plain)]


def evidence_numbers(statement):
    codes = [
        {r["area_code"] for r in statement.evidence if r["role"] in roles} for roles in COUNTED
    ]
    numbers = {float(len(found)) for found in codes}
    for row in statement.evidence:
        for key in ("value", "lower", "upper", "numerator", "denominator", "rank", "of"):
            if row[key] is not None:
                numbers |= {round(abs(float(row[key])), digits) for digits in (0, 1, 2)}
        if row["share_inside"] is not None:
            numbers.add(float(round(100 * row["share_inside"])))
        if row["rank"] is not None:
            numbers.add(float(row["of"] - row["rank"] + 1))
        numbers |= set(numbers_in(f"{row['period']} {row['area_name']}"))
    return numbers


def check_directions(statement):
    """The words before a place are those that its figure bears."""
    subject = statement.evidence[0]
    measure = measure_of(subject["measure"])
    for row in statement.evidence[1:]:
        if row["role"] not in ("rest", "peer", "england") or row["measure"] != subject["measure"]:
            continue
        clause = statement.text.split(f"{row['area_name']} (")[0]
        said = max(DIRECTIONS, key=clause.rfind)
        gap = subject["value"] - row["value"]
        alike = f"{subject['value']:.{measure.decimals}f}" == f"{row['value']:.{measure.decimals}f}"
        expected = "higher than" if gap > 0 else "lower than"
        if abs(gap) < measure.worth_saying or alike:
            expected = "about the same as"
        assert said == expected, (statement.text, row)
