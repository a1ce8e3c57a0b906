# make run: the whole office with a demo town, on the embedded default. make test: everything that can be tested here.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test lint types soak bench clean

run: $(VENV)/.installed
	$(BIN)/sunwai up --demo

# Three at a time: most tests wait for processes. A file stays whole, since it shares what it has started; the slowest
# come first (tests/conftest.py).
test: lint types
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.tested
	$(BIN)/mypy schemas text classifiers queues alerts streams desk sunwai tests bench

# More of the same, for hours rather than minutes: run by hand.
soak: $(VENV)/.tested
	SUNWAI_TEST_SOAK=1 $(BIN)/python -m pytest -m "process or soak"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.tested: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
