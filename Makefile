# Wheelhouse. `make help` lists what can be asked for.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Tools are taken from PATH when they are there; else they are put into these two folders.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)
# Playwright drives the system's Chromium and never downloads its own.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export LEPTOS_SITE_ROOT := $(CURDIR)/target/site

WASM := wasm32-unknown-unknown
# The crates that also build for the browser; without the page, which always does.
PORTABLE := -p protocol -p orchestrator -p kubectl -p lessons
# `entry` turns on the page's browser half, which must not be mixed with the server's half.
NATIVE := --workspace --exclude entry
# Page and server are compiled into one file, as in the real product.
EMBEDDED := --features server/embed
WASM_BINDGEN = $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
# A tool is built once and runs for seconds: compile it fast.
QUICK := CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
ARGS ?=

# $(call phase,name,commands): runs the commands and prints how many seconds they took.
define phase
@printf '\n── %s\n' '$(1)'; start=$$SECONDS; { $(2); }; \
	printf '── %s: %s s\n' '$(1)' $$((SECONDS - start)) | tee -a target/phases.txt
endef

##@ Use
.PHONY: run
run: page ## Set up what is missing, build, and serve http://127.0.0.1:3000 (ARGS="--listen …")
	exec cargo run -p server -- $(ARGS)

.PHONY: build
build: set-up ## One self-contained, optimised file: target/release/wheelhouse
	cargo leptos build --release --frontend-only --precompress
	node end2end/budget.mjs
	cargo build --release --locked -p server --features embed
	@ls -lh target/release/wheelhouse | awk '{print $$9 ": " $$5}'

##@ Check
.PHONY: test
test: ## Set up what is missing and run every test, browser tests included
	@mkdir -p target && : > target/phases.txt
	@$(MAKE) test-set-up test-style test-page test-lint test-rust test-clients test-wasm test-browser
	@printf '\n── all passed; seconds by phase:\n'; cat target/phases.txt

.PHONY: test-set-up
test-set-up:
	$(call phase,set-up,$(MAKE) set-up browser checkers; \
		command -v kubectl >/dev/null || echo 'kubectl is not on PATH: the tests that drive the real kubectl cannot run')

.PHONY: test-style
test-style: ## Formatting; licences and sources of dependencies; dependencies that nobody uses
	$(call phase,formatting,cargo fmt --all --check)
	$(call phase,dependencies,cargo deny --log-level error check licenses bans sources; cargo machete)

.PHONY: test-page
test-page: vendor ## Build the page as the browser tests want it: quickly, and compressed
	$(call phase,page,$(MAKE) page; node end2end/compress.mjs target/site)

.PHONY: test-lint
test-lint: ## Clippy, natively and for the browser; types of the browser tests
	$(call phase,clippy,cargo clippy --locked $(NATIVE) --all-targets -- -D warnings; \
		cargo clippy --locked -p entry --target $(WASM) -- -D warnings)
	$(call phase,types of the browser tests,tsc --project end2end)

.PHONY: test-rust
test-rust: ## Rust tests, with the page embedded in the server
	$(call phase,Rust tests: compile,cargo test --locked $(NATIVE) $(EMBEDDED) --no-run)
	$(call phase,Rust tests: run,cargo test --locked $(NATIVE) $(EMBEDDED))

.PHONY: test-wasm
test-wasm: ## The portable crates build for the browser; the same log gives the same digest there
	$(call phase,portable crates for the browser,cargo build --locked --target $(WASM) $(PORTABLE) --lib)
	$(call phase,same digest natively and as WASM,$(MAKE) digest)

.PHONY: digest
digest:
	cargo build --locked -p orchestrator --example digest
	cargo build --locked -p orchestrator --example digest --target $(WASM)
	wasm-bindgen --target nodejs --no-typescript --out-dir target/digest \
		target/$(WASM)/debug/examples/digest.wasm
	mv target/digest/digest.js target/digest/digest.cjs
	node end2end/digest.mjs

.PHONY: test-browser
test-browser: ## Browser tests alone (ARGS="lessons --headed"); the server must be built: make test-rust
	$(call phase,browser tests,npm test -- $(ARGS))

.PHONY: test-course
test-course: ## Every lesson played in the browser by its own solution (ten minutes); the server must be built
	$(call phase,the course in the browser,COURSE=1 npm test -- course $(ARGS))

.PHONY: test-clients
test-clients: ## The official clients in Python, JavaScript and Rust; the server must be built: make test-rust
	@mkdir -p target/clients
	$(call phase,official clients: install,$(MAKE) clients)
	$(call phase,official clients: run,node end2end/clients.mjs $(ARGS))

.PHONY: clients
clients: end2end/clients/javascript/node_modules/.package-lock.json
	@# Python is not among what one needs; a folder that was not filled to the end is no client.
	@test -x target/clients/python/bin/python || { python3 -m venv target/clients/new \
		&& target/clients/new/bin/pip install -q --disable-pip-version-check -r end2end/clients/python/requirements.txt \
		&& mv target/clients/new target/clients/python; } || rm -rf target/clients/new
	CARGO_TARGET_DIR=target/clients cargo build --locked --manifest-path end2end/clients/rust/Cargo.toml

end2end/clients/javascript/node_modules/.package-lock.json: end2end/clients/javascript/package-lock.json
	npm ci --prefix end2end/clients/javascript --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: bench
bench: set-up ## Benchmarks (minutes)
	cargo bench --locked $(NATIVE) $(ARGS)

.PHONY: measure
measure: build ## Sizes of what is shipped, and how fast the page and kubectl are
	node end2end/measure.mjs
	node end2end/latency.mjs
	node --experimental-websocket end2end/rooms.mjs
	node --experimental-websocket end2end/rooms.mjs 20 300 5

.PHONY: pictures
pictures: ## Pictures of every page, to look at; the server must be built: make test-rust
	node end2end/pictures.mjs

##@ Parts
.PHONY: page
page: vendor ## The page (WASM, styles, assets) in target/site, compiled quickly
	CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo leptos build --frontend-only

.PHONY: vendor
vendor: set-up ## Editor bundle and fonts in public/vendor
	npm run --silent vendor

.PHONY: watch
watch: vendor ## Rebuild and reload while you edit
	cargo leptos watch

.PHONY: format
format: ## Format all code
	cargo fmt --all

##@ Set-up
.PHONY: set-up
set-up: node_modules/.package-lock.json ## Everything that building needs
	@rustup target list --installed | grep -qx $(WASM) || rustup target add $(WASM)
	@cargo leptos --version 2>/dev/null | grep -q . \
		|| $(QUICK) cargo install --root .tools --locked --features no_downloads cargo-leptos@0.3.10
	@[ "$$(wasm-bindgen --version 2>/dev/null)" = 'wasm-bindgen $(WASM_BINDGEN)' ] \
		|| $(QUICK) cargo install --root .tools --locked wasm-bindgen-cli@$(WASM_BINDGEN) \
		|| $(QUICK) cargo install --root .tools wasm-bindgen-cli@$(WASM_BINDGEN)

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: browser
browser: ## Chromium from the system's packages, for the browser tests
	@command -v chromium >/dev/null || { \
		as=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$as apt-get update -q && $$as apt-get install -yq --no-install-recommends chromium; }

.PHONY: checkers
checkers: ## cargo-deny and cargo-machete
	@cargo deny --version >/dev/null 2>&1 \
		|| $(QUICK) cargo install --root .tools --locked --no-default-features cargo-deny@0.20.2
	@cargo machete --version >/dev/null 2>&1 \
		|| $(QUICK) cargo install --root .tools --locked cargo-machete@0.9.2

.PHONY: clean
clean: ## Remove everything that was built or installed here
	rm -rf target node_modules .tools public/vendor end2end/test-results end2end/playwright-report

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
