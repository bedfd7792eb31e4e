"""The map page: the interactive map, and the still picture of one measure."""

from __future__ import annotations

import streamlit as st

from context.pages.shown import View, escape, show_notices

HEIGHT = 720


def show(view: View) -> None:
    """Show the interactive map and offer the picture of a chosen measure."""
    from context.maps import alt_text

    context = view.context()
    name = context.focus_name or context.system_short_name
    st.header(escape(f"{name} on the map"))
    show_notices(context)
    ground, layers = view.ground()
    st.iframe(view.web_map(), height=HEIGHT, alt=f"Interactive map of {context.system_name}")
    titles = {layer.measure: f"{layer.title}, {layer.period}" for layer in layers}
    st.subheader("A picture to use elsewhere")
    measure = st.selectbox(
        "Measure", list(titles), format_func=lambda key: titles[key], key="picture_measure"
    )
    layer = next(layer for layer in layers if layer.measure == measure)
    st.download_button(
        "Download this map as PNG",
        lambda: view.picture(layer.measure, title=True),
        file_name=f"{view.file_stem()}_{layer.measure}.png",
        mime="image/png",
        on_click="ignore",
    )
    st.caption(escape(f"Text for readers who cannot see it: {alt_text(ground, layer)}"))
