# Sambok: `make up` runs the demo federation, `make test` proves that it works. `make setup` is called by both.
PYTHON ?= python3
BIN := .venv/bin
# Beancount's own load cache looks at times and sizes only and misses what plugins read: it stays off.
export BEANCOUNT_DISABLE_LOAD_CACHE := 1

.PHONY: up test setup check lint clean
up: setup
	@$(BIN)/sambok up

test: setup
	@$(BIN)/python -m pytest -n auto

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml $(wildcard ledger/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -c 'import sys; sys.exit("Sambok needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (once; needs a package index) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@for po in ledger/locale/*/LC_MESSAGES/*.po; do test ! -e "$$po" || $(BIN)/pybabel --quiet compile -i "$$po" -o "$${po%.po}.mo"; done
	@touch .venv/ready

clean:
	rm -rf .venv .sambok build *.egg-info
