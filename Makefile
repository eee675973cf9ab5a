# Everything a person can do here. `make help` lists it; docs/architecture.md says what it is for.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long check bench transcripts lock materials audit

BIN := .venv/bin
BOT := bot/.venv/bin/python
# A file's tests stay together: what they share is made once. Three processes also on two cores, as
# the tests wait for much; each may start a bot of its own (0.6 GB). The folders whose files take
# minutes are named first: begun last, one of them would keep one core busy and the others idle.
SIDE_BY_SIDE := --numprocesses 3 --dist loadfile --no-loadscope-reorder \
	$(addprefix tests/,reliability recipes faults channels personas browser) tests

help:  ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup:  ## make both environments and train the bot; quick when nothing changed
	@python3 -m tools.setup

run: setup  ## set up, start the whole service in demo mode and print its address
	@$(BIN)/onestep serve --demo

test:  ## set up and run every test (smaller counts where a test repeats itself)
	@python3 -m tools.setup --browser
	@failed=0; told=$$(mktemp); trap 'rm -f "$$told"' EXIT; \
	echo "· Tests of the application, and beside them those of the bot"; \
	$(BOT) -m pytest -c bot/pytest.ini bot/tests > "$$told" 2>&1 & bot=$$!; \
	$(BIN)/pytest $(SIDE_BY_SIDE) || failed=1; \
	wait $$bot || failed=1; \
	echo "· Tests of the bot"; cat "$$told"; \
	exit $$failed

test-long: export ONESTEP_TEST_LONG = 1
test-long: test  ## every test with full counts; within an hour

check: setup  ## what a commit must pass, in under a minute
	@$(BIN)/python -m tools.check

bench: setup  ## measure beside stock Rasa and print the table
	@$(BIN)/python -m benchmarks

transcripts: setup  ## remake docs/conversations.md from the scripts
	@$(BIN)/python -m tools.transcripts

lock: setup  ## write the lock files anew from the .in files (needs a package index)
	@python3 -m tools.setup.lock

materials: setup  ## write the bill of materials of both environments, as CycloneDX, into var/
	@$(BIN)/python -m tools.materials

audit: setup  ## ask for known weaknesses of what is locked (needs the network); fails on what it cannot look up
	@$(BIN)/python -m tools.audit
