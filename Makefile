# Thin: CMake presets and the scripts in utils/ do the work.
.PHONY: help demo install package wheel test test-all test-onnx fuzz check clean

PREFIX ?= /usr/local

help:
	@echo "make demo    install what is missing, build, compile SmolLM2, print a completion"
	@echo "make install PREFIX=/usr/local   build and install llmc, headers, man pages, completions"
	@echo "make package a .deb and a .tar.zst that bring LLVM along"
	@echo "make wheel   the Python package with the compiler in it, in build/"
	@echo "make test    everything: lit, GoogleTest, end to end"
	@echo "make test-all  the same and what takes hours: older machines, 5,000 random graphs, sanitizers"
	@echo "make test-onnx  ONNX's node tests, all of them, as programs"
	@echo "make fuzz SECONDS=60  every parser and the template engine under libFuzzer, so long each"
	@echo "make check   formatting, include direction, lint"
	@echo "make clean   remove the build folder"

demo:
	@utils/demo.sh

install:
	@utils/install.sh "$(PREFIX)"

package:
	@utils/install.sh --package

wheel:
	@utils/wheel.sh build

test:
	@utils/test.sh

test-all:
	@utils/test-all.sh

test-onnx:
	@utils/test-onnx.sh

fuzz:
	@utils/fuzz.sh $(SECONDS)

check:
	@utils/check.sh

clean:
	rm -rf build
