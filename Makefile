# SOCIEUX+ request intake: `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
PACKAGES := pipeline extractors classifiers flows review
MAKE_VENV = $$(command -v $(PYTHON) || command -v python3) -m venv .venv
.DEFAULT_GOAL := help
.PHONY: help setup run test check train bench pictures clean

help: ## list these commands
	@grep -hE "^[a-z]+:.*## " $(MAKEFILE_LIST) | sed -E "s/^([a-z]+):.*## /  make \1\t/" | expand -t 18

# Made anew when the locked packages or the project description change; a second run only looks at the date.
# The lock is complete: nothing is resolved anew (pip would look past the pins of packages asked for with extras).
.venv/.ready: requirements.lock pyproject.toml
	@# Debian keeps venv in a package of its own; where it is missing a half-made .venv stays behind.
	test -x $(BIN)/pip || $(MAKE_VENV) || { rm -rf .venv; scripts/system-packages python3-venv && $(MAKE_VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Workers may not write beside the program: what is not compiled here they would compile anew at every start.
.venv/.compiled: .venv/.ready $(wildcard $(PACKAGES:%=%/*.py) $(PACKAGES:%=%/*/*.py))
	$(BIN)/python -m compileall -q $(PACKAGES)
	touch $@

setup: .venv/.compiled ## set everything up in .venv

run: .venv/.compiled ## process sample_forms/ and show what came out
	@mkdir -p var
	@# 1 says that a form was quarantined: that is an answer, not a failure of this command.
	@$(BIN)/socieux process sample_forms --table --out var/sample_records.jsonl || [ $$? -eq 1 ]

test: .venv/.compiled ## set up, system packages included, then style, types and tests
	scripts/system-packages
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: .venv/.ready ## style and types only
	$(BIN)/ruff check .
	$(BIN)/mypy

train: .venv/.ready ## teach the theme model and the readers of labels and answers anew (a few minutes)
	$(BIN)/python -m classifiers.theme.train
	$(BIN)/python -m extractors.train_labels
	$(BIN)/python -m extractors.train_answers

bench: .venv/.compiled ## time and memory on this machine (let it be idle)
	$(BIN)/python -m benchmarks

pictures: .venv/.ready ## draw the pictures of docs/desk.md anew, by walking through it in a browser
	DESK_GUIDE_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/test_desk_guide.py

clean: ## remove the environment and caches; the store in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache *.egg-info build
