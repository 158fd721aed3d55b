# `make` alone lists the targets. Each sets up what it needs first (./setup_env.sh, into .venv), so all of them work
# on a fresh machine with Python 3.11 or newer.

PYTHON := .venv/bin/python

# What follows PROMPT= is passed on as it stands, by the environment: neither make nor a shell reads anything into it.
PROMPT ?= pink bicycle
override PROMPT := $(value PROMPT)
export PROMPT

# Threads that wait do not spin: on a busy machine the renderer and the models are several times faster so.
export OMP_WAIT_POLICY ?= PASSIVE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint bench bench-gpu

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup:  ## install everything into .venv (the other targets do this by themselves)
	@./setup_env.sh

demo: setup  ## turn PROMPT="pink bicycle" into a splat and a video, in out/
	@$(PYTHON) -m mocks.local_network

test: setup  ## the tests (some minutes; no GPU, no network)
	@$(PYTHON) -m pytest

test-all: setup  ## the tests and the slow ones: PM2, browser, fresh set-ups (needs Node.js)
	@$(PYTHON) -m pytest -m "slow or not slow"

lint: setup  ## ruff format --check, ruff check, mypy
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

bench: setup  ## measure this machine (an hour): the rows of docs/benchmarks.md
	@set -e; for run in render.py codecs.py video.py generation.py "validation.py stages" "validation.py load" \
		axon.py seats.py kills.py many_miners.py prompter.py best_of_n.py; do $(PYTHON) benchmarks/$$run; echo; done

bench-gpu: setup  ## the rows that need a CUDA device
	@$(PYTHON) -c 'import sys, torch; torch.cuda.is_available() or sys.exit("bench-gpu: no CUDA device")'
	@$(PYTHON) benchmarks/render.py --device cuda
	@PYTHONPATH=. $(PYTHON) benchmarks/learned.py
