# Okno. `make run` and `make test` do all the set-up themselves.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: run test check build assets packages templ generated lint pages map bench facts screenshots clean

BIN := bin/okno
TOOL := go tool -modfile=tools/go.mod

# Start the demo: simulators, portal, invented people, a control page.
run: build
	$(BIN) demo

build: assets
	CGO_ENABLED=0 go build -trimpath -o $(BIN) ./cmd/okno

# Style sheets, script, icon, fonts: made from assets/, never committed.
assets: assets/dist/manifest.json
assets/dist/manifest.json: assets/package-lock.json $(shell find assets/styles assets/scripts assets/theme assets/build jurisdictions/*/theme -type f)
	cd assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	go run ./assets/build

# Debian packages that the tests need; asks for nothing when they are there.
packages:
	@scripts/packages

# Everything that CI runs.
test: packages assets generated lint
	go run ./cmd/testdb go test -timeout 30m ./...

# A minute: format, vet, floors, tests on SQLite and PostgreSQL of what changed least often left out.
check: assets generated lint
	go test ./internal/archtest

# Go code of the templates, folder by folder; the generated code is committed.
generated:
	@go build -modfile=tools/go.mod -o bin/templ github.com/a-h/templ/cmd/templ
	@for dir in $$(git ls-files '*.templ' | xargs -n1 dirname | sort -u); do bin/templ generate -path $$dir >/dev/null 2>&1 || { bin/templ generate -path $$dir; exit 1; }; done
	@if ! git diff --quiet -- '*_templ.go'; then echo "generated templ code is not current: commit it"; git diff --stat -- '*_templ.go'; exit 1; fi

lint:
	@files=$$(git ls-files '*.go' | grep -v _templ.go | xargs gofmt -l); if [ -n "$$files" ]; then echo "not formatted (gofmt -w): $$files"; exit 1; fi
	go vet ./...
	$(TOOL) staticcheck ./...

# Rewrite golden pages; read the diff as a resident would.
pages:
	go test ./internal/... -update

map:
	@go run ./cmd/map

bench: build
	go run ./cmd/testdb go run ./bench

facts: packages assets
	@go run ./cmd/testdb go test -timeout 30m -json ./... | go run ./cmd/facts

screenshots: build
	go run ./cmd/screenshots

clean:
	rm -rf bin screenshots assets/node_modules assets/dist/*
