# Everything from a fresh machine with Python 3.11 or newer and make. TORCH_INDEX=URL adds an index for torch; without it
# packaging/prepare.sh chooses, and an empty one means PyPI.
PYTHON ?= python3
VENV := .venv
BUNDLE_VENV := .venv-bundle
BIN := $(VENV)/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard resources/translations/*.po))
# these take hours, need films of your own or are parts of others: their docstrings say how to run them
QUICK_BENCHMARKS := $(filter-out benchmarks/recipes.py benchmarks/recipe_tasks.py benchmarks/external.py benchmarks/source_table.py benchmarks/run_job.py benchmarks/gate.py benchmarks/gate_pictures.py benchmarks/gate_left_out.py benchmarks/heat_maps.py benchmarks/likeness.py benchmarks/changed_films.py,$(wildcard benchmarks/*.py))
export QT_LOGGING_RULES ?= qt.qpa.*=false

.PHONY: run test lint screenshots translations bundle packages bench clean
run: $(VENV)/.run $(CATALOGUES)
	@sh packaging/qt_libraries.sh $(VENV)
	$(BIN)/python main.py
test: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal
lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
screenshots: $(VENV)/.run $(CATALOGUES)
	$(BIN)/python main.py --screenshots docs/screenshots
translations: $(VENV)/.run
	$(BIN)/python packaging/translations.py
bundle: $(BUNDLE_VENV)/.bundle
	PYTHONPATH=. $(BUNDLE_VENV)/bin/python packaging/build.py
	PYTHONPATH=. $(BUNDLE_VENV)/bin/python packaging/smoke_test.py dist/PneumoScreen
packages: bundle
	PYTHONPATH=. $(BUNDLE_VENV)/bin/python packaging/archives.py
bench: $(VENV)/.bench $(CATALOGUES)
	for script in $(QUICK_BENCHMARKS); do PYTHONPATH=.:packaging QT_QPA_PLATFORM=offscreen $(BIN)/python $$script || exit 1; done

$(VENV)/.run $(VENV)/.test $(VENV)/.lint $(VENV)/.bench $(BUNDLE_VENV)/.bundle: pyproject.toml packaging/constraints.txt packaging/prepare.sh packaging/qt_libraries.sh
	PYTHON="$(PYTHON)" VENV="$(@D)" $(if $(filter undefined,$(origin TORCH_INDEX)),,TORCH_INDEX="$(TORCH_INDEX)") sh packaging/prepare.sh $(patsubst .%,%,$(@F))
	touch $@
# tests/conftest.py and packaging/build.py do the same for tests and bundle
$(CATALOGUES): %.mo: %.po | $(VENV)/.run
	$(BIN)/python packaging/translations.py --compile $<
clean:
	rm -rf $(VENV) $(BUNDLE_VENV) build dist .mypy_cache .ruff_cache .pytest_cache $(CATALOGUES)
