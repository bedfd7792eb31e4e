"""National position: ranks and fifths among areas of one level.

Rank 1 is the lowest value; ties share the smaller rank number. The fifth is
ceil(5 x rank / areas) in whole numbers, so that 5 holds the highest values.
"""

from __future__ import annotations

import pandas as pd


def rank_values(values: pd.Series[float]) -> pd.DataFrame:
    """Rank values among those that are present; frame with ``rank``, ``of``, ``quintile``.

    Areas without a value get none of the three.

    >>> rank_values(pd.Series([3.0, 1.0, 3.0, None])).loc[2].tolist()
    [2, 3, 4]
    """
    rank = values.rank(method="min").astype("Int64")
    of = int(values.notna().sum())
    return pd.DataFrame(
        {
            "rank": rank,
            "of": pd.Series(of, index=values.index, dtype="Int64").where(rank.notna()),
            "quintile": fifth_of_rank(rank, of),
        }
    )


def fifth_of_rank(rank: pd.Series[int], of: int) -> pd.Series[int]:
    """Return ceil(5 x rank / of) in whole numbers.

    >>> fifth_of_rank(pd.Series([252], dtype="Int64"), 314).tolist()
    [5]
    """
    return -((-5 * rank) // max(of, 1))


def fifth_of_decile(decile: pd.Series[float]) -> pd.Series[int]:
    """Return the fifth by published IMD decile in pairs: deciles 1 and 2 are fifth 5.

    >>> fifth_of_decile(pd.Series([1.0, 2.0, 3.0, 10.0])).tolist()
    [5, 5, 4, 1]
    """
    whole = decile.astype("Int64")
    return 6 - (whole + 1) // 2
