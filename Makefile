# make setup     install the system libraries that are missing (Debian, Ubuntu) and check the Swift version
# make build     build everything, debug
# make test      setup, build with tests, run all tests: what CI runs
# make check     format, import rule, documentation; run it before each commit
# make format    rewrite the sources in the project's format
# make demo      setup, build, and play two laptops, a relay and an office through a day
# make crash     build, and kill the program at the system calls that write (CRASH_ARGS="" for every one)
# make bench     build with optimization and measure (BENCH_ARGS="…" is handed on)
# make load      build with optimization, and let a thousand laptops of a night exchange with the relay (LOAD_ARGS="…" is handed on)
# make relay-bench  build with optimization and measure what the relay takes in, over each store
# make figures   build with optimization and measure the survey's figures alone
# make sim       play SEEDS worlds from FROM on, optimized; WORLD=histories, or a fault that each must have; every failure prints how to have it again
# make merge     play STEPS steps of the merge and the clock alone, optimized
# make reproduce play the world of SEED (and WORLD), shrink its failure, and print a regression test
# make disk      try SEEDS losses of power from FROM on, optimized; DISK=io-error fails calls, DISK=disk-full fills the disk
# make networks  build, and sync over bad networks (NETWORKS_ARGS="…" is handed on)
# make attachments send ATTACHMENT_MIB (1024) of a file both ways over a link that is cut every megabyte, and count what goes over it
# make fuzz      give every decoder bytes that a fuzzer makes up, FUZZ_SECONDS each (FUZZ_ARGS="…" is handed on)
# make mutants   plant each bug of scripts/mutants and see that the simulator finds it (MUTANTS="…" for some)
# make scoreboard write docs/reliability.md from the records in docs/reliability
# make install   build with optimization and install under PREFIX (/usr/local), below DESTDIR if set
# make deb       build with optimization and make a Debian package in .build/deb
# make units     install that package in a small Debian, boot systemd in it, and look at what the units do (root; says what is missing)
# make image     make a container's image of that package, with podman; ENGINE=docker
# make container make such an image without fetching one, run it, and look at what it does (root; says what is missing)
# make uninstall remove what install put there
# make clean     remove what was built

PREFIX ?= /usr/local
DESTDIR ?=
BENCH_ARGS ?=
LOAD_ARGS ?=
CRASH_ARGS ?= --every 8
SEEDS ?= 200
FROM ?= 0
STEPS ?= 1000000
SEED ?= 0
WORLD ?= any
JOBS ?= 1
DISK ?= power-loss
EVERY ?= 1
RECORD ?=
MUTANTS ?=
FUZZ_SECONDS ?= 10
ATTACHMENT_MIB ?= 1024
ENGINE ?= podman
FUZZ_ARGS ?=
NETWORKS_ARGS ?=

# One set of flags for every command, so that all of them share one build.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# The installed program carries the Swift runtime in itself, and the benchmark measures the same build.
STATIC ?= --static-swift-stdlib
RELEASE_FLAGS := $(SWIFT_FLAGS) -c release $(STATIC)
RELEASE := .build/release
LINTED := Sources Tests Benchmarks Fuzz Package.swift
LIBRARIES := SyncCore SyncKit

BIN := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
DATA := $(SHARE)/fieldsurvey
BASH_COMPLETION := $(SHARE)/bash-completion/completions/fieldsurvey
ZSH_COMPLETION := $(SHARE)/zsh/site-functions/_fieldsurvey
FISH_COMPLETION := $(SHARE)/fish/vendor_completions.d/fieldsurvey.fish
MANUAL := $(SHARE)/man/man1/fieldsurvey.1

.PHONY: help setup build test check lint imports records docs format demo crash bench relay-bench figures load sim merge reproduce disk mutants fuzz networks attachments scoreboard install deb units image container uninstall clean

help:
	@sed -n 's/^# make/make/p' Makefile

setup:
	@scripts/setup

build:
	swift build $(SWIFT_FLAGS)

# Tests that wait for processes hold the few threads on which servers in this process are served: they run apart.
test: setup
	swift build $(SWIFT_FLAGS) --build-tests
	swift test $(SWIFT_FLAGS) --skip-build --skip CommandLineTests
	swift test $(SWIFT_FLAGS) --skip-build --filter CommandLineTests

check: lint imports records docs

lint:
	swift format lint --strict --parallel --recursive $(LINTED)

imports:
	scripts/check-imports
	scripts/test-check-imports

# That the planted bugs still have a place in the sources, and that the scoreboard says what the records say.
records:
	scripts/mutants --check
	scripts/scoreboard --check

docs: setup
	swift package $(SWIFT_FLAGS) generate-documentation $(addprefix --target ,$(LIBRARIES)) --warnings-as-errors

format:
	swift format --in-place --parallel --recursive $(LINTED)

demo: setup build
	scripts/demo

crash: setup build
	scripts/crash-test $(CRASH_ARGS)

bench: setup
	swift build $(RELEASE_FLAGS) --product sync-benchmark
	$(RELEASE)/sync-benchmark $(BENCH_ARGS)
	$(MAKE) figures

relay-bench: setup
	swift build $(RELEASE_FLAGS) --product relay-benchmark
	$(RELEASE)/relay-benchmark $(BENCH_ARGS)

figures: setup
	swift build $(RELEASE_FLAGS) --product figure-benchmark
	$(RELEASE)/figure-benchmark

load: setup
	swift build $(RELEASE_FLAGS) --product fieldsurvey
	swift build $(RELEASE_FLAGS) --product relay-load
	$(RELEASE)/relay-load $(LOAD_ARGS)

# Without the installed program's static library, so that tests and worlds share what is built.
SIMULATE := swift build $(SWIFT_FLAGS) -c release --product simulate && SWIFT_DETERMINISTIC_HASHING=1 $(RELEASE)/simulate
COMMIT = $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

RECORDING = --jobs $(JOBS) --commit $(COMMIT) $(if $(RECORD),--json $(RECORD))

sim: setup
	$(SIMULATE) worlds --world $(WORLD) --seeds $(SEEDS) --from $(FROM) $(RECORDING)

merge: setup
	$(SIMULATE) merge --steps $(STEPS) --from $(FROM) $(RECORDING)

reproduce: setup
	$(SIMULATE) reproduce --seed $(SEED) --world $(WORLD)

disk: setup
	$(SIMULATE) disk --class $(DISK) --seeds $(SEEDS) --from $(FROM) --every $(EVERY) $(RECORDING)

mutants: setup
	scripts/mutants --jobs $(JOBS) $(MUTANTS) $(if $(RECORD),--json $(RECORD))

scoreboard:
	scripts/scoreboard

fuzz: setup
	scripts/fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_ARGS)

networks: setup build
	scripts/bad-networks $(NETWORKS_ARGS)

# The law that the test suite has for 24 MiB.
attachments: setup
	swift build $(SWIFT_FLAGS) --build-tests
	ATTACHMENT_MIB=$(ATTACHMENT_MIB) swift test $(SWIFT_FLAGS) --skip-build --filter AttachmentLinkTests

install: setup
	swift build $(RELEASE_FLAGS) --product fieldsurvey
	mkdir -p "$(BIN)" "$(DATA)" $(foreach file,$(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION) $(MANUAL),"$(dir $(file))")
	strip --strip-debug -o "$(BIN)/fieldsurvey.new" $(RELEASE)/fieldsurvey
	chmod 755 "$(BIN)/fieldsurvey.new"
	mv -f "$(BIN)/fieldsurvey.new" "$(BIN)/fieldsurvey"
	cp -R $(RELEASE)/fieldsurvey_SurveyModel.resources/. "$(DATA)/"
	"$(BIN)/fieldsurvey" --generate-completion-script bash > "$(BASH_COMPLETION)"
	"$(BIN)/fieldsurvey" --generate-completion-script zsh > "$(ZSH_COMPLETION)"
	"$(BIN)/fieldsurvey" --generate-completion-script fish > "$(FISH_COMPLETION)"
	"$(BIN)/fieldsurvey" --experimental-dump-help | scripts/make-manual > "$(MANUAL)"

# By way of another make, for which the folders' names below DESTDIR are made anew.
deb:
	rm -rf .build/deb
	$(MAKE) install DESTDIR="$(CURDIR)/.build/deb/stage" PREFIX=/usr
	scripts/make-deb "$(CURDIR)/.build/deb/stage" .build/deb

units: deb
	scripts/units

image: deb
	$(ENGINE) build -f packaging/Containerfile -t fieldsurvey .

container: deb
	scripts/container

uninstall:
	rm -f "$(BIN)/fieldsurvey" "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" "$(FISH_COMPLETION)" "$(MANUAL)"
	rm -rf "$(DATA)"

clean:
	swift package clean
