# The only interface to this checkout: `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
LINK := $(VENV)/collections/ansible_collections/hostcraft/cloudstack
STAMP := $(VENV)/.installed

# Absolute, because the programs started here change directory.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible-home
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Say what can be done here
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Install the locked tools into .venv and put the collection on their path

$(STAMP): requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	mkdir -p $(dir $(LINK))
	ln -sfn ../../../.. $(LINK)
	touch $@
