# Each target installs what it needs into .venv and then runs. It needs Python, pip and make.
PYTHON ?= python3
BIN := .venv/bin

# The extras of pyproject.toml that a set-up installs.
extras-core := [report]
extras-test := [audio,corpora,report,test]
extras-docs := [audio,docs,report]
extras-bench := [audio,bench]

# The weights of GE2E. An extra cannot say --no-deps, and the package around them needs a compiler.
without-deps-test := resemblyzer==0.1.4

# Each process tests a part of the files in order, so that fixtures of a file are made once and not
# in each process. A process that finishes first takes over tests of another.
in-parallel := --numprocesses auto --dist worksteal

.PHONY: help demo pictures test coverage docs bench emodb

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: .venv/ready-core ## reproduce the paper's comparison on the shipped data (DEMO_ARGS=...)
	$(BIN)/skprognet demo --output demo-results $(DEMO_ARGS)

pictures: demo ## redraw table and pictures of README and first page, from the demo
	$(BIN)/python tools/results_table.py demo-results docs/results/demo.csv
	$(BIN)/python tools/make_pictures.py demo-results docs/results

test: .venv/ready-test ## check style, spelling and type hints, run every test (TEST_ARGS=...)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/python -m pytest $(in-parallel) $(TEST_ARGS)

coverage: .venv/ready-test ## run the tests and say which lines none of them reached (TEST_ARGS=...)
	$(BIN)/python -m pytest $(in-parallel) --cov --cov-report term --cov-report html $(TEST_ARGS)

docs: .venv/ready-docs ## build the documentation into docs/_build/html, check its links
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html
	$(BIN)/python tools/check_site.py docs/_build/html

bench: .venv/ready-bench ## time the package against its alternatives
	$(BIN)/python benchmarks/run.py

emodb: .venv/ready-test ## recompute the shipped EmoDB features (CORPORA=folder with emodb/)
	@test -n "$(CORPORA)" || { echo "usage: make emodb CORPORA=FOLDER, with the corpus in FOLDER/emodb"; exit 2; }
	$(BIN)/python tools/make_emodb.py "$(CORPORA)/emodb" skprognet/datasets/data

# Made again if the requirements change; otherwise a second call does nothing.
.venv/ready-%: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.$(extras-$*)'
	$(if $(without-deps-$*),$(BIN)/python -m pip install --quiet --no-deps $(without-deps-$*))
	@touch $@
