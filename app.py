"""Entry of the app: `make app`, or `streamlit run app.py`."""

from ui.page import page
from ui.process import rested

page()
rested()
