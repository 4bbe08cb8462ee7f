# One spelling of every check. The README, CI and people call these.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install dev demo test battery check lint format types imports security client console console-check screenshots console-figures lock clean

install: .venv/.installed

dev: .venv/.dev

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.created requirements/runtime.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m matcher  # compiles, so that nothing waits for it later
	@touch $@

.venv/.dev: .venv/.installed requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

# Without Node.js, or with one that is too old, there is no console to look at unless it came built; everything else is there.
HAS_NODE = command -v npm > /dev/null && node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major * 100 + minor < 2019 ? 1 : 0)'
BUILD_CONSOLE = @if [ -d $(WEB) ] && $(HAS_NODE); then $(MAKE) --no-print-directory console; fi

demo: install
	$(BUILD_CONSOLE)
	$(BIN)/lastmeter demo

test: dev
	$(BUILD_CONSOLE)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup

# Hours on a machine of its own; LASTMETER_BATTERY_SHARE=0.1 for a part. Figures go to docs/reliability.json.
battery: dev
	LASTMETER_BATTERY=1 $(BIN)/python -m pytest tests/battery tests/matcher/closed_loop/test_machine.py

check: lint types imports security console-check console test

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry .

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: dev
	$(BIN)/mypy

imports: dev
	$(BIN)/lint-imports

# Semgrep pins libraries that the program needs newer, so it has an environment of its own.
SEMGREP := .venv-semgrep/bin/semgrep scan --metrics=off --disable-version-check

.venv-semgrep/.installed: requirements/semgrep.txt
	$(PYTHON) -m venv .venv-semgrep
	.venv-semgrep/bin/python -m pip install --quiet --require-hashes -r requirements/semgrep.txt
	@touch $@

security: dev .venv-semgrep/.installed
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive api matcher graph_models
	$(SEMGREP) --test --config tests/semgrep/rules.yml tests/semgrep/rules.py
	$(SEMGREP) --quiet --error --config tests/semgrep/rules.yml api graph_models matcher
	$(BIN)/python -m tests.audit requirements/runtime.txt

# Write the types of the Python client anew, after a change to the schemas of the service.
client: dev
	$(BIN)/python tools/client_types.py

# The dispatcher's console, for browsers. It needs Node.js 20.19 or newer, but nobody who only serves it does.
WEB := api/console/web
TYPES := $(WEB)/src/api/schema.d.ts
WEB_FILES := $(filter-out $(TYPES),$(wildcard $(WEB)/*.* $(WEB)/plugins/* $(WEB)/src/*.* $(WEB)/src/*/*.* $(WEB)/src/*/*/*.*))

console: api/console/static/index.html

api/console/static/index.html: $(TYPES) $(WEB_FILES)
	cd $(WEB) && npm run --silent build

console-check: $(TYPES)
	cd $(WEB) && npm run --silent check

# Pictures and figures of the console, in a real Chromium, for README.md and docs/console.md.
screenshots: dev console
	$(BIN)/python -m tools.screenshots

console-figures: dev console
	$(BIN)/python -m tests.console.measures

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json
	@$(HAS_NODE) || { echo 'Node.js 20.19 or newer is needed to build the console.'; exit 1; }
	cd $(WEB) && npm ci --silent
	@touch $@

$(TYPES): .venv/.installed $(WEB)/node_modules/.installed $(wildcard api/routes/*.py api/schemas/*.py)
	$(BIN)/python -m tools.openapi_document $(WEB)/openapi.json
	cd $(WEB) && npm run --silent types

# Resolve pyproject.toml anew. The files record versions and hashes for Python 3.11 and newer.
lock: dev
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-strip-extras --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" --extra coverage --extra local-neo4j --group build \
	    --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-strip-extras --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" --extra coverage --extra local-neo4j --group build --group dev \
	    --constraint requirements/runtime.txt --output-file requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" --output-file requirements/semgrep.txt requirements/semgrep.in

clean:
	rm -rf .venv .venv-semgrep build dist api/console/static $(WEB)/node_modules $(WEB)/src/api/schema.d.ts
