# make check               judge the bundled reference loop
# make check LOOP=uvloop:new_event_loop          install a loop and judge it
# make check LOOP=… INSTALL='qasync PySide6-Essentials'   where its package has another name
# make test                the project's own tests
# make interop             real programs on the reference loop: aiohttp, uvicorn, websockets, anyio
# make lint, make bench    style and types; what a run costs
# make mutation            small faults in the reference loop: which does no check notice?

PYTHON ?= python3
VENV ?= .venv
LOOP ?=
INSTALL ?= $(filter-out asyncio reference_loop,$(firstword $(subst ., ,$(firstword $(subst :, ,$(LOOP))))))
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check --quiet

.PHONY: check test interop lint bench mutation

check: $(VENV)/.ready
	$(if $(strip $(INSTALL)),$(PIP) install $(INSTALL))
	$(VENV)/bin/loopconform check $(LOOP) $(ARGS)

test: $(VENV)/.ready
	$(VENV)/bin/python -m pytest $(ARGS)

interop: $(VENV)/.interop
	$(VENV)/bin/python -m pytest tests/interop $(ARGS)

lint: $(VENV)/.interop
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(VENV)/.ready
	$(VENV)/bin/python benchmarks/overhead.py
	$(VENV)/bin/python benchmarks/loops.py $(ARGS)

mutation: $(VENV)/.ready
	$(VENV)/bin/python -m tests.mutation $(ARGS)

$(VENV)/.interop: $(VENV)/.ready
	$(PIP) install --editable '.[dev,interop]'
	touch $@

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --editable '.[dev]'
	touch $@
