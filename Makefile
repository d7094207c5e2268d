# Two commands do it all on a fresh machine (root, Debian or Ubuntu): make demo, make test.
SHELL := /bin/bash
VENV := .venv
PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PATH
SCENARIOS := preflight foundation
HOST := sipforge-demo
RECORDINGS ?= recordings

.PHONY: help demo down test lint unit roles calls outside bench versions fuzz clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/ready ## build the appliance on this machine and ring it with real SIP phones
	@tests/demo $(RECORDINGS)

down: ## remove the appliance that make demo left up
	@molecule/shared/testhost down $(HOST)

test: ## everything: lint, types, units, each role on a real host, real calls
	@tests/all

lint: $(VENV)/ready ## style, types, floors of the package, playbooks
	@tests/timed lint tests/lint

unit: $(VENV)/ready ## tests that need no host
	@tests/timed unit pytest

roles: $(VENV)/ready down ## each role on a real host: check, converge, idempotence, check, verify
	@for scenario in $(SCENARIOS); do \
		tests/timed "roles: $$scenario" molecule test --scenario-name $$scenario || exit 1; done

calls: $(VENV)/ready down ## the whole appliance on a fresh host, and real SIP phones that ring it
	@tests/calls/run

outside: $(VENV)/ready down ## the same with calls from outside and to it, by a carrier of the tests' own (not part of make test)
	@tests/calls/run outside

bench: $(VENV)/bench-ready ## figures of the appliance, rung for two hours by real SIP phones (not part of make test)
	@tests/bench/run $(RECORDINGS)/bench $(BENCH)

versions: $(VENV)/ready ## the rendered configuration, tried by the Asterisk of Ubuntu 24.04 and 26.04 (not part of make test)
	tests/versions/check noble
	tests/versions/check resolute

fuzz: $(VENV)/ready ## a hundred thousand random orders of what can happen in a call (not part of make test)
	SIPFORGE_ORDERS=34000 pytest tests/unit/core/test_machine_orders.py --numprocesses auto

clean: down ## forget what was installed for development
	rm -rf $(VENV)

$(VENV)/ready: requirements.txt requirements-dev.txt tests/packages
	tests/packages
	test -x $(VENV)/bin/python || $$(tests/packages --python) -m venv $(VENV)
	pip --disable-pip-version-check install --quiet --require-hashes -r requirements.txt
	pip --disable-pip-version-check install --quiet --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/bench-ready: $(VENV)/ready tests/bench/requirements.txt
	@command -v cc >/dev/null || { echo "make bench builds PESQ from source: apt-get install gcc python3-dev"; exit 1; }
	pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r tests/bench/requirements.txt
	touch $@
