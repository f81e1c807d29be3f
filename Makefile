# The only interface to this checkout: `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The distribution's first: those of version managers are built without optimisation, and are a fifth slower.
PYTHON ?= $(or $(shell for one in /usr/bin/python3.11 python3.11 python3; do \
  $$one -c 'import ensurepip' 2> /dev/null && command -v $$one && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
LINK := $(VENV)/collections/ansible_collections/hostcraft/cloudstack
STAMP := $(VENV)/.installed

# Absolute, because the programs started here change directory.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible-home
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where it is set, each playbook of a test compiles all of Ansible again: 1.2 s of CPU time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Install the locked tools into .venv and put the collection on their path

$(STAMP): requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/dev.txt
	mkdir -p $(dir $(LINK))
	ln -sfn ../../../.. $(LINK)
	touch $@

.PHONY: lock
lock: ## Resolve requirements/*.in again into the pinned files
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	for name in dev docs eda peer oldest newest libvirt builder; do \
	  python=3.11; [ $$name != newest ] || python=3.12; \
	  $(VENV)/lock/bin/uv pip compile --quiet --upgrade --generate-hashes --python-version $$python \
	    --custom-compile-command "make lock" requirements/$$name.in -o requirements/$$name.txt; \
	done
	# For ansible-builder, which reads no hashes.
	$(VENV)/lock/bin/uv pip compile --quiet --upgrade --no-annotate --python-version 3.11 \
	  --custom-compile-command "make lock" requirements-execution-environment.txt \
	  -o extensions/execution_environment/requirements.txt

.PHONY: collections
collections: $(VENV)/collections/.installed ## Install the collections that the roles use

$(VENV)/collections/.installed: requirements/collections.txt galaxy.yml tools/collections_of.py $(STAMP)
	rm -rf $(VENV)/community
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements/collections.txt -d $(VENV)/community
	$(BIN)/python tools/collections_of.py $(VENV)/community $(VENV)/collections
	rm -rf $(VENV)/community
	touch $@

## Checks

PLUGINS := ansible_collections.hostcraft.cloudstack.plugins

.PHONY: test
test: ## Run all checks and tests that a change must pass
	$(MAKE) --no-print-directory --jobs=4 venv collections system libvirt images
	# Integration waits for machines; meanwhile the checks have the processors.
	$(MAKE) --no-print-directory --jobs=2 integration checks

.PHONY: checks
checks: ## Run all of them but integration
	# The longest first, so that both jobs end together; sanity leaves the tests to be compiled once. Jobs of their own:
	# with those of `make test`, integration would wait for one of these to end if they were taken first.
	nice -n 10 $(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target unit sanity oldest-cloudstack lint versions docs-lint

.PHONY: lint
lint: venv collections ## Check format, style, types, YAML, playbooks, roles and changelog
	ruff format --check --quiet . || { echo "make format sets this right"; exit 1; }
	ruff check --quiet .
	MYPYPATH=$(VENV)/collections mypy --no-error-summary -p $(PLUGINS)
	MYPYPATH=tools:tests:$(VENV)/collections mypy --python-version 3.11 --no-error-summary tools conftest.py
	MYPYPATH=tests:$(VENV)/collections mypy --python-version 3.11 --no-error-summary -p sandbox -p unit.architecture -p planner
	MYPYPATH=tests:benchmarks:$(VENV)/collections mypy --python-version 3.11 --no-error-summary benchmarks
	yamllint --strict .
	ANSIBLE_DUPLICATE_YAML_DICT_KEY=ignore $(BIN)/python tools/ansible_lint.py -q
	$(BIN)/python tools/antsibull.py antsibull-changelog lint

.PHONY: format
format: venv ## Correct formatting and import order
	ruff check --quiet --fix-only --select I .
	ruff format --quiet .

.PHONY: core
core: venv ## Run the fast tests of core and operations
	pytest -q tests/unit/plugins/module_utils/core tests/unit/plugins/module_utils/operations

# Debian packages that tests need, sorted: libvirt, QEMU and SASL are the KVM hosts of tests; the library is built with gcc.
SYSTEM := apt-utils chromium e2fsprogs gcc gpg ipmitool iproute2 libc6-dev libsasl2-modules libsasl2-modules-db libvirt-clients \
  libvirt-daemon-system libvirt-dev mariadb-client mariadb-server-core mmdebstrap openipmi openssh-client \
  openssl pkg-config python3-dev qemu-system-x86 sasl2-bin systemd-container

.PHONY: system
system: ## Install missing Debian packages that the tests need
	@missing="$$(for name in $(SYSTEM); do \
	    dpkg-query --show --showformat '$${db:Status-Status}\n' $$name 2> /dev/null | grep -qx installed \
	      || echo $$name; done)"; \
	[ -z "$$missing" ] \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq \
	       && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; } \
	  || { echo "some tests need more: as root, apt-get install" $$missing"; skipped without"; [ "$${CI:-}" != true ]; }

.PHONY: libvirt
libvirt: venv system ## Build libvirt-python into .venv if libvirt's headers are installed
	@! pkg-config --exists libvirt || $(MAKE) --no-print-directory $(VENV)/.libvirt

$(VENV)/.libvirt: requirements/libvirt.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/libvirt.txt
	touch $@

# pip has one processor meanwhile; the other images wait for this one.
.PHONY: images
images: system ## Make the tree that hosts of tests are booted from if it is missing
	@[ "$$(id -u)" != 0 ] || ! command -v mmdebstrap > /dev/null \
	  || PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests $(PYTHON) -c 'from hosts import images; images.image()' \
	  || echo "the tree of hosts was not made: tests that boot hosts will fail for the same reason"

.PHONY: unit
unit: venv ## Run unit, property, contract and architecture tests
	pytest $(PYTEST_ARGS) --ignore=tests/integration tests

# These wait for machines half of the time, so three keep two cores busy; a file of tests may be one story.
WORKERS ?= 3

.PHONY: integration
integration: venv collections system libvirt ## Run playbooks against the sandbox, booted hosts and simulated hypervisors (WORKERS=3)
	pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS) tests/integration

.PHONY: eda
eda: venv collections $(VENV)/eda/.installed ## Run the example rulebooks by ansible-rulebook (needs a Java runtime 17)
	pytest --quiet $(PYTEST_ARGS) benchmarks/rulebooks.py

$(VENV)/eda/.installed: requirements/eda.txt
	$(PYTHON) -m venv $(VENV)/eda
	$(VENV)/eda/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/eda.txt
	touch $@

.PHONY: execution-environment
execution-environment: venv collections $(VENV)/builder/.installed ## Build the execution environment and run jobs in its containers (needs root, podman and runc; long)
	pytest --quiet --capture no $(PYTEST_ARGS) benchmarks/execution_environment.py

$(VENV)/builder/.installed: requirements/builder.txt
	$(PYTHON) -m venv $(VENV)/builder
	$(VENV)/builder/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/builder.txt
	touch $@

.PHONY: molecule
molecule: venv collections system ## Run the Molecule scenarios of host roles on booted hosts (SCENARIO=kvm_agent RELEASE=trixie)
	for scenario in $(or $(SCENARIO),$(notdir $(patsubst %/molecule.yml,%,$(wildcard extensions/molecule/*/molecule.yml)))); do \
	  molecule test --scenario-name $$scenario; \
	done

OLDEST := $(VENV)/oldest
# What knows Ansible, two modules in playbooks in both check and real runs, and a roll.
VERSIONS_TESTS := tests/unit/plugins/module_utils/interface tests/unit/plugins/action tests/integration/test_modules.py \
  tests/integration/maintenance/test_playbook.py
VERSIONS_ONLY := interface or action or cs_host] or cs_zone] or two_hosts_at_a_time

.PHONY: versions
versions: oldest-core newest-core oldest-cloudstack ## Run some tests on the oldest and the newest ansible-core and on the oldest CloudStack

.PHONY: oldest-core
oldest-core: venv collections system $(OLDEST)/.installed
	$(OLDEST)/bin/python -m pytest $(PYTEST_ARGS) $(VERSIONS_TESTS) -k "$(VERSIONS_ONLY)"

.PHONY: newest-core
newest-core: venv collections system
	PYTHONPATH=tests $(BIN)/python tools/newest.py $(VENV)/newest requirements/newest.txt \
	  $(PYTEST_ARGS) $(VERSIONS_TESTS) -k "$(VERSIONS_ONLY)"

.PHONY: oldest-cloudstack
oldest-cloudstack: venv
	SANDBOX_VERSION=4.11 pytest $(PYTEST_ARGS) tests/contract

$(OLDEST)/.installed: requirements/oldest.txt
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/oldest.txt
	touch $@

.PHONY: matrix
matrix: venv ## Write the support matrix to the README
	PYTHONPATH=$(VENV)/collections $(BIN)/python tools/support_matrix.py

.PHONY: findings
findings: venv ## Write the guide of all finding codes
	PYTHONPATH=$(VENV)/collections $(BIN)/python tools/finding_codes.py

.PHONY: rules
rules: venv ## Write the index of all rules
	$(BIN)/python tools/rules.py

.PHONY: sanity
sanity: venv ## Run ansible-test sanity on a copy of the checkout
	$(BIN)/python tools/sanity.py

TRANSCRIPTS ?= ../shared/cloudstack/transcripts
REPLAY ?= ../shared/tools/replay.py

.PHONY: conformance
conformance: venv ## Compare the sandbox with recorded API calls if they are available
	@if compgen -G "$(TRANSCRIPTS)/*.jsonl" > /dev/null; then \
	  PYTHONPATH=tests $(BIN)/python tools/conformance.py $(REPLAY) $(TRANSCRIPTS) $(REPLAY_ARGS); \
	else \
	  echo "transcripts not here"; \
	fi

## Things to look at

PORT ?= 8090
# What the demo declares; another folder that holds an inventory will do.
INVENTORY ?= playbooks/inventories/advanced

.PHONY: demo
demo: venv ## Apply a declared zone to the embedded CloudStack twice, show it as a tree, and write the doctor's page
	@$(BIN)/python tools/with_sandbox.py -- $(BIN)/python tools/demo.py $(INVENTORY)

.PHONY: sandbox
sandbox: venv ## Run the embedded CloudStack on PORT (8090), empty or with a demo fleet (VMS=60 HOSTS=8 NETWORKS=40 VERSION=4.18)
	@PYTHONPATH=tests exec $(BIN)/python -m sandbox --port $(PORT) $(if $(VMS),--vms $(VMS)) $(if $(HOSTS),--hosts $(HOSTS)) $(if $(NETWORKS),--networks $(NETWORKS)) $(if $(VERSION),--version $(VERSION))

.PHONY: bench
bench: venv $(VENV)/peer/.installed ## Measure a loop of 200 unchanged hosts with this collection and with ngine_io.cloudstack
	@$(BIN)/python tools/with_sandbox.py -- $(BIN)/python tools/bench.py $(HOSTS)
	@$(BIN)/python benchmarks/plan_speed.py
	@$(BIN)/python benchmarks/plan.py
	@$(BIN)/python benchmarks/drain.py
	@$(BIN)/python benchmarks/drain_faults.py
	@$(BIN)/python benchmarks/vlans.py
	@$(BIN)/python benchmarks/vcenter_read.py

.PHONY: bench-inventory
bench-inventory: venv ## Read an inventory of 10,000 hosts; fails above its bounds of calls and CPU (HOSTS=10000)
	@$(BIN)/python benchmarks/inventory.py $(HOSTS)

.PHONY: bench-events
bench-events: venv collections ## Stop and kill the event source in the midst of events; fails if one is lost or sent twice (EVENTS=10000 RESTARTS=20)
	@$(BIN)/python benchmarks/events.py $(or $(EVENTS),10000) $(or $(RESTARTS),20)

.PHONY: bench-convert
bench-convert: venv $(VENV)/peer/.installed ## Compare the converter with ngine_io.cloudstack, and convert its own tests (TARGETS=directory)
	@$(BIN)/python benchmarks/conversion.py $(TARGETS)

.PHONY: bench-site
bench-site: venv ## Apply a zone of 10,000 hosts without a change; fails above its bounds (HOSTS=10000 CLUSTERS=500, long)
	@$(BIN)/python benchmarks/site_zone.py $(or $(HOSTS),10000) $(or $(CLUSTERS),500)
	@$(BIN)/python benchmarks/site_hosts.py

.PHONY: bench-export
bench-export: venv $(VENV)/peer/.installed ## Export zones that nobody declared, check and compare them (HOSTS=10000 VMS=30000, long)
	@$(BIN)/python benchmarks/export.py $(or $(HOSTS),10000) $(or $(VMS),30000)

.PHONY: bench-rolls
bench-rolls: venv ## Kill rolls of a vCenter cluster, a XenServer pool and waves of two hosts after each of their calls (long)
	@$(BIN)/python benchmarks/rolls.py
	@$(BIN)/python benchmarks/wave_faults.py

.PHONY: bench-roll
bench-roll: venv ## Measure a roll: calls, moves, seconds, Ansible's own time for each host (HOSTS=100), ten clusters at once
	@$(BIN)/python benchmarks/drain.py
	@$(BIN)/python benchmarks/roll.py $(HOSTS)
	@$(BIN)/python benchmarks/clusters.py

.PHONY: bench-backup
bench-backup: venv ## Kill backups and restores of a real MariaDB at every step
	@$(BIN)/python benchmarks/backup_kills.py

.PHONY: bench-upgrade
bench-upgrade: venv collections system ## Fail and kill an upgrade of CloudStack on booted machines at every step (FLEETS=2 MINUTES=, long)
	@$(BIN)/python benchmarks/upgrade_faults.py $(or $(FLEETS),2) $(or $(MINUTES),0)

.PHONY: bench-database
bench-database: venv collections system ## Switch a database under a load of writes and lose its primary; print lost rows
	@pytest --quiet --capture no tests/integration/database/test_role.py -k no_confirmed

.PHONY: bench-install
bench-install: venv collections system ## Install a cloud from bare machines, upgrade it and bring the old one back; time by role (LAYOUT=whole HOLD=)
	@$(BIN)/python benchmarks/install.py $(LAYOUT) $(if $(HOLD),--hold)

.PHONY: bench-keys
bench-keys: venv collections system ## Change the keys of two management servers on booted machines, with failures on each
	@$(BIN)/python benchmarks/database_keys.py

.PHONY: bench-network
bench-network: venv collections system ## Measure faulty and correct network changes on every back-end, and other tools (long)
	@$(BIN)/python benchmarks/network_faults.py

.PHONY: bench-kernel
bench-kernel: venv collections system ## Bonds, VLANs, Open vSwitch, iSCSI and NFS on kernels that have them, with faults (BACKENDS= KERNEL= RELEASE=, long)
	@pytest --quiet $(PYTEST_ARGS) benchmarks/own_kernel_storage.py benchmarks/own_kernel.py benchmarks/own_kernel_vlans.py

.PHONY: bench-plan
bench-plan: venv ## Measure plans: speed, correctness, optimum, CloudStack's rule, reasons (CLUSTERS=2000)
	@$(BIN)/python benchmarks/plan_speed.py
	@$(BIN)/python benchmarks/plan.py $(CLUSTERS)

.PHONY: bench-hosts
bench-hosts: venv collections system ## Measure the preparation of hosts from bare Debian (12 and 13), first and second run
	@$(BIN)/python benchmarks/host_preparation.py $(RELEASE)

$(VENV)/peer/.installed: requirements/peer.txt
	$(PYTHON) -m venv $(VENV)/peer
	$(VENV)/peer/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/peer.txt
	touch $@

.PHONY: changelog
changelog: venv ## Write CHANGELOG.md from the releases and the fragments; keeps the fragments
	$(BIN)/python tools/changelog.py

.PHONY: docs-lint
docs-lint: venv collections ## Check the documentation of the plugins
	$(BIN)/python tools/antsibull.py antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .

.PHONY: docs
docs: venv $(VENV)/.docs ## Build guides and module pages in docs/build/html
	rm -rf docs/build
	mkdir -p docs/build/source/reference
	antsibull-docs collection --use-current --fail-on-error --squash-hierarchy --dest-dir docs/build/source/reference \
	  hostcraft.cloudstack
	$(BIN)/python tools/docs.py docs/build/source
	sphinx-build -q -W --keep-going -b html -c docs docs/build/source docs/build/html
	$(BIN)/python tools/docs_links.py docs/build/html
	@echo "open docs/build/html/index.html"

$(VENV)/.docs: requirements/docs.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/docs.txt
	touch $@
