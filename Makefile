# The few verbs of this tree. Everything they make lies in target/ and build/.
.DEFAULT_GOAL := help
.PHONY: help test format bench locks

help:
	@echo 'make test     build, check the format, analyse and run all tests (what CI runs)'
	@echo 'make format   format the Java and Python sources'
	@echo 'make bench    run the benchmarks; for some of them: bench/run --help'
	@echo 'make locks    resolve anew what managed Python environments hold'
	@echo './fal ARGS    run fal, built where needed'

test:
	@.ci/test

format:
	@.ci/test-environment
	@$$(.ci/maven) -B -q spotless:apply
	@build/python/bin/ruff check --fix --quiet src/main/python src/test/python
	@build/python/bin/ruff format --quiet src/main/python src/test/python

bench:
	@bench/run

locks:
	@.ci/test-environment
	@.ci/locks
