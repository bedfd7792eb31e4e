"""The dashboard: run it with `streamlit run app.py` or `incontext app`."""

from context.dashboard import main

main()
