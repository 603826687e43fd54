# What a person needs here. None of it needs root, and none removes anything; `make` alone lists it.
# ARGS goes to the program: make test ARGS='tests/watch -x'

PYTHON = .venv/bin/python

.PHONY: help setup test lint bench sim

help:   ## this list
	@sed -n 's/^\([a-z]*\): *## /\1	/p' Makefile

setup:  ## an environment in .venv, with all that the rest needs
	test -x $(PYTHON) || python3 -m venv .venv
	$(PYTHON) -m pip install -q -e '.[dev]'

test:   ## the tests
	$(PYTHON) -m pytest -n 4 --dist worksteal $(ARGS)

lint:   ## format, lint and types, as CI sees them
	bash .ci/run lint types

bench:  ## a save, beside the shortest program that could do the job
	$(PYTHON) -m benchmarks.save_to_row $(ARGS)

sim:    ## random histories against the real sync, for ten minutes
	$(PYTHON) -m tests.simulation --minutes 10 $(ARGS)
