"""Tables of our own: text that stands as it is, and columns of figures on the right."""

import pandas as pd

from context.pages.tables import table_html


def test_every_text_is_escaped_and_rows_have_headings():
    table = pd.DataFrame({"Name <i>": ["<script>x</script>"], "N": ['"a" & b']})
    page = table_html(table, name="<b>")
    assert "<script>" not in page
    assert "<i>" not in page
    assert "<caption>&lt;b&gt;</caption>" in page
    assert '<th role="rowheader" scope="row">&lt;script&gt;x&lt;/script&gt;</th>' in page
    assert "&quot;a&quot; &amp; b</td>" in page


def test_only_a_column_of_figures_alone_stands_on_the_right():
    table = pd.DataFrame(
        {
            "Place": ["a", "b"],
            "Value": ["18.5%", ""],
            "Interval": ["1.0 to 2.0", "3.0 to 4.0"],
            "Period": ["2021", "mid-2019"],
        }
    )
    page = table_html(table)
    assert 'data-title="Value" class="ic-figure">18.5%' in page
    assert 'data-title="Interval" class="ic-figure">1.0 to 2.0' in page
    assert 'data-title="Period">2021' in page
