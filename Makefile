# Sambok: `make up` runs the demo federation, `make test` proves that it works. `make setup` is called by both.
PYTHON ?= python3
BIN := .venv/bin
CATALOGUES := $(wildcard ledger/locale/*/LC_MESSAGES/*.po)
EXTRACTED := --no-default-keywords -k N_ -k say -k say_err -k translate --no-location --sort-output --omit-header -w 120
PAPERS := ledger/reports/loan_sheet.py ledger/reports/loans_html.py ledger/reports/loans_statement.py
# Beancount's own load cache looks at times and sizes only and misses what plugins read: it stays off.
export BEANCOUNT_DISABLE_LOAD_CACHE := 1

.PHONY: up test setup lint campaigns messages clean
up: setup
	@$(BIN)/sambok up

test: setup
	@$(BIN)/python -m pytest -n auto

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# The long campaigns in a number that CI can wait for; in full: make campaigns FUZZ=100000 KILLS=1000 FEDERATIONS=1000
# FLIPS=10000 RUNS=1000 STEPS=50 WRITING=60 ROOMS=all MUTANTS=1000 MINUTES=600.
# FILES are mutated files for each importer, HISTORIES generated histories of downloads: 10,000 of each, always.
# FEDERATIONS are random ones for each invariant of the combined statements, and ten times as many for the second method;
# MUTATIONS errors of each class put into a clean federation of 50 units.
# FLIPS are single bits turned in sealed text and in seals; RUNS of STEPS each what a bookkeeper may do, at random; WRITING
# the seconds for which eight people write at once; MUTANTS rules of some ROOMS (seals, closing, guard, rules)
# that are broken one by one, in MINUTES for each room at most: at least LEAST of a hundred must be noticed.
FUZZ ?= 3000
KILLS ?= 40
FILES ?= 10000
HISTORIES ?= 10000
FEDERATIONS ?= 60
MUTATIONS ?= 2
FLIPS ?= 1000
RUNS ?= 10
STEPS ?= 20
WRITING ?= 10
MUTANTS ?= 10
MINUTES ?= 1
LEAST ?= 60
ROOMS ?= rules
campaigns: setup
	@SAMBOK_FUZZ=$(FUZZ) SAMBOK_KILLS=$(KILLS) SAMBOK_FUZZ_FILES=$(FILES) SAMBOK_HISTORIES=$(HISTORIES) \
	  SAMBOK_FEDERATIONS=$(FEDERATIONS) SAMBOK_SHRINK=0 SAMBOK_MUTATIONS=$(MUTATIONS) SAMBOK_FLIPS=$(FLIPS) \
	  SAMBOK_EXAMPLES=$(RUNS) SAMBOK_STEPS=$(STEPS) SAMBOK_WRITE_SECONDS=$(WRITING) $(BIN)/python -m pytest \
	  -n auto tests/faults tests/books/guard/test_fuzz.py tests/books/guard/test_words.py tests/books/load \
	  tests/importers/fuzz tests/importers/bank/test_histories.py tests/combine/random \
	  tests/seals/test_flips.py tests/closing/test_stateful.py
	@$(BIN)/python -m benchmarks.mutants $(ROOMS) --sample $(MUTANTS) --minutes $(MINUTES) --least $(LEAST)

# Brings new texts into the catalogues of ledger/locale, and drops those that are gone; then translate what is empty.
# The three languages have every text; any other has those of papers that people hold in their hands (PAPERS).
messages: .venv/ready
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract $(EXTRACTED) -o build/messages.pot ledger importers plugins
	@$(BIN)/pybabel --quiet extract $(EXTRACTED) -o build/papers.pot $(PAPERS)
	@for po in $(CATALOGUES); do language=$${po#ledger/locale/}; language=$${language%%/*}; \
	  case $$language in sv|es) pot=messages ;; *) pot=papers ;; esac; \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120 \
	  -i build/$$pot.pot -o "$$po" -l "$$language" || exit 1; \
	  echo "$$po: $$($(BIN)/pybabel compile --statistics -i "$$po" -o "$${po%.po}.mo" 2>&1 | head -1)"; done

setup: .venv/ready $(CATALOGUES:.po=.mo)

%.mo: %.po | .venv/ready
	@$(BIN)/pybabel --quiet compile -i $< -o $@

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Sambok needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (once; needs a package index) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/ready

clean:
	rm -rf .venv .sambok build *.egg-info
