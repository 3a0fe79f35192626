# Thin: CMake presets and the scripts in utils/ do the work.
.PHONY: help demo test check clean

help:
	@echo "make demo    install what is missing, build, compile SmolLM2, print a completion"
	@echo "make test    everything: lit, GoogleTest, end to end"
	@echo "make check   formatting, include direction, lint"
	@echo "make clean   remove the build folder"

demo:
	@utils/demo.sh

test:
	@utils/test.sh

check:
	@utils/check.sh

clean:
	rm -rf build
