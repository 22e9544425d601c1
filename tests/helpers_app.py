"""For tests of the app's views: the app of a tiny city, opened at an address."""

import pytest
from streamlit.testing.v1 import AppTest

SCALE, FUTURES = 0.001, 2


@pytest.fixture
def open_app(root, monkeypatch):
    """Opens the app at an address, with menus of the given keys open; waits until all that is begun has ended."""
    for name, value in (("SCALE", SCALE), ("REPLICATES", FUTURES), ("REFINED", FUTURES), ("WHOLE", 0.002)):
        monkeypatch.setenv(f"JIANGMEN_APP_{name}", str(value))

    def open_at(query: str, *menus: str, **state) -> AppTest:
        app = AppTest.from_file(str(root / "app.py"), default_timeout=600)
        for part in filter(None, query.split("&")):
            key, _, value = part.partition("=")
            app.query_params[key] = value
        for key in menus:
            app.session_state[key] = True
        for key, value in state.items():
            app.session_state[key.replace("_", " ")] = value
        app.run()
        assert not app.exception and not app.error, [e.message for e in app.exception]
        return app

    return open_at
