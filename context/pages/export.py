"""The export page: files to take away, each made when it is asked for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from context.downloads import DOWNLOADS, Download, Shelf, make_download, say_size
from context.pages.shown import View, escape, note, sentence, show_notices
from geodata.errors import InContextError

if TYPE_CHECKING:
    from collections.abc import Hashable

USE_TEMPLATE = ("deck", "pack")
LARGEST_TEMPLATE_MB = 20


def show(view: View) -> None:
    """List what can be made, make what is asked for, and offer it with its size."""
    context = view.context()
    st.title(escape(f"Export: {context.focus_name or context.system_short_name}"))
    show_notices(context)
    st.markdown(
        "Each file is made when you ask for it and holds what the other pages show. "
        "File names say system, focus, edition and date, as codes."
    )
    st.header("Files")
    place = st.container()  # the files stand above the question that changes two of them
    template = _ask_template()
    with place:
        for download in DOWNLOADS:
            _show_download(view, download, template if download.id in USE_TEMPLATE else None)


def _ask_template() -> bytes | None:
    with st.expander("Use a PowerPoint template of your own for the slides"):
        file = st.file_uploader(
            "Template (.pptx or .potx)",
            type=["pptx", "potx"],
            key="template",
            max_upload_size=LARGEST_TEMPLATE_MB,
        )
        note("It is used for your files only and is not kept.")
    return None if file is None else bytes(file.getvalue())


def _show_download(view: View, download: Download, template: bytes | None) -> None:
    key = (view.key, view.request, download.id, _digest(template))
    with st.container(border=True):
        words, place = st.columns([3, 1], vertical_alignment="center")
        with words:
            st.subheader(download.title)
            st.markdown(escape(download.contents))
        slot = place.empty()
        content = shelf().find(key)
        pressed = content is None and slot.button(
            f"Make: {download.title}", key=f"make_{download.id}", width="stretch"
        )
        if pressed:
            slot.empty()
            content = _make(view, download, template, key)
        if content is not None:
            made = content
            slot.download_button(
                f"Download ({say_size(made)})",
                lambda: made,
                file_name=view.file_name(download.ending),
                mime=download.mime,
                key=f"download_{download.id}",
                type="primary",
                on_click="ignore",
                width="stretch",
                help=view.file_name(download.ending),
            )


def _make(view: View, download: Download, template: bytes | None, key: Hashable) -> bytes | None:
    with st.status(f"Making: {download.title}", expanded=True) as status:
        try:
            content = make_download(
                view.context(), download.id, template=template, report=status.write
            )
        except InContextError as error:
            status.update(label=f"{download.title}: not made", state="error")
            st.error(sentence(str(error)))
            return None
        shelf().keep(key, content)
        status.update(label=f"{download.title}: made", state="complete", expanded=False)
        return content


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Return the files made so far on this server, by build, request, kind and template."""
    return Shelf()


def _digest(template: bytes | None) -> str:
    return "" if template is None else hashlib.sha256(template).hexdigest()
