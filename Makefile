# `make` alone lists the targets. Each runs ./setup_env.sh first, so all of them work on a fresh machine with Python 3.11
# or newer.

PYTHON := .venv/bin/python

# The text after PROMPT= is passed on unchanged, through the environment: neither make nor a shell expands it.
PROMPT ?= pink bicycle
override PROMPT := $(value PROMPT)
export PROMPT

# Waiting threads do not spin, which makes the renderer and the models several times faster on a busy machine.
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
	@set -e; for run in render codecs video generation "validation stages" "validation load" \
		axon seats kills many_miners prompter best_of_n; do $(PYTHON) -m benchmarks.$$run; echo; done

bench-gpu: setup  ## the rows that need a CUDA device
	@$(PYTHON) -c 'import sys, torch; torch.cuda.is_available() or sys.exit("bench-gpu: no CUDA device")'
	@$(PYTHON) -m benchmarks.render --device cuda
	@$(PYTHON) -m benchmarks.learned
