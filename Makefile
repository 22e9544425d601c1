# `make app` and `make test` do everything on a machine that has Python 3.11 or later and make.
# Others: setup, lint, format, slow, docs (builds docs/_build/html), clean. Choose an interpreter with `make PYTHON=python3.12 ...`.

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed
DOCS_STAMP := $(VENV)/.docs-installed
# The first interpreter that runs and is new enough.
PYTHON ?= $(shell for p in python3 python python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: app test slow lint format docs setup clean
.DEFAULT_GOAL := test

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later found: install one, or say make PYTHON=path."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "python -m venv failed (on Debian or Ubuntu: apt install python3-venv)."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(STAMP)

$(DOCS_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[docs]"
	@touch $(DOCS_STAMP)

app: $(STAMP)
	$(BIN)/python -m streamlit run app.py $(ARGS)

test: $(STAMP)
	$(BIN)/python -m pytest $(ARGS)

slow: $(DOCS_STAMP)
	$(BIN)/python -m pytest -m slow

lint: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

format: $(STAMP)
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

docs: $(DOCS_STAMP)
	$(BIN)/python docs/build.py --site

clean:
	rm -rf $(VENV) docs/_build docs/_generated .cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
