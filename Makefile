# Every target is a small script under scripts/.

.PHONY: all example test faults fuzz lint format build install clean

all: build

example: ## install what is missing, build, run the example project end to end
	@scripts/example

test: ## install what is missing, build, run every test
	@scripts/test

faults: ## the whole fault matrix, every storage call; takes long
	@scripts/faults

fuzz: ## fuzz every parser for a minute
	@scripts/fuzz

lint: ## check the format of all sources
	@scripts/lint

format: ## put all sources in the project's format
	swift format --in-place --recursive Package.swift Sources Tests

build: ## build the release binary
	@scripts/build

install: ## build, and install below ~/.local: program, manual pages, completions
	@scripts/install

clean:
	swift package clean
