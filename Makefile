# spool: GNU make and a C11 compiler, nothing to configure. CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR are yours.
# Objects go out of tree, so builds of other kinds live side by side: make BUILD=build/clang BIN=build/clang/spool CC=clang
VERSION = 0.1.0
PREFIX ?= /usr/local
CFLAGS ?= -Os
COMPAT ?= xargs parallel sem
BUILD ?= build/default
BIN ?= spool
KIND ?= plain
TOOLS_CC ?= $(CC)

std = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DSPOOL_VERSION='"$(VERSION)"' -Isrc -pthread \
	-fno-asynchronous-unwind-tables
warnings = -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wundef -Wvla -Wformat=2
compile = $(CC) $(std) $(warnings) $(CPPFLAGS) $(CFLAGS)
flags = $(subst ",\",$(compile) $(LDFLAGS))

objects := $(patsubst src/%.c,$(BUILD)/%.o,$(sort $(wildcard src/*.c src/*/*.c)))
units := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/*_test.c)))
tools := $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(sort $(wildcard tests/tools/*.c)))
tools := $(patsubst %_preload,%_preload.so,$(tools))
fuzzers := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
bin = $(DESTDIR)$(PREFIX)/bin
share = $(DESTDIR)$(PREFIX)/share
installed = $(bin)/spool $(share)/man/man1/spool.1 $(share)/man/man7/spool-migrate.7 \
	$(share)/bash-completion/completions/spool $(share)/zsh/site-functions/_spool \
	$(share)/fish/vendor_completions.d/spool.fish
# What each build is tested with: all, then with the one sanitizer that could see something new; a unit test is quick.
with_asan = agree ci color drop_in events exit hygiene input inputs options output partition pty records reports results \
	retry summary $(filter-out contexts_test,$(notdir $(units)))
with_tsan = events hangs jobserver output pace progress retry sem signals time $(addsuffix _test,capture child ending \
	executor gate halt jobserver order printer printer_crowd queue semaphore spill timeout)
with_musl = events exit hangs hygiene input options output pty results $(filter-out contexts_test,$(notdir $(units)))
again = $(MAKE) BUILD=build/$(1) BIN=build/$(1)/spool KIND=$(1) TOOLS_CC='$(TOOLS_CC)'

all: $(BIN)

$(BIN): $(objects)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $(objects)

$(BUILD)/%.o: src/%.c $(BUILD)/flags
	$(compile) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(filter-out $(BUILD)/main.o,$(objects))
	$(compile) -Itests/unit $(LDFLAGS) -o $@ $< $(filter %.o,$^)

$(BUILD)/tools/%.so: tests/tools/%.c $(BUILD)/flags
	$(TOOLS_CC) $(std) $(warnings) -shared -fPIC -o $@ $<

$(BUILD)/tools/%: tests/tools/%.c $(BUILD)/flags
	$(TOOLS_CC) $(std) $(warnings) -o $@ $<

$(BUILD)/fuzz/%: tests/fuzz/%_fuzz.c $(wildcard tests/fuzz/*.h) $(filter $(BUILD)/base/% $(BUILD)/input/% %/makeflags.o,$(objects))
	$(compile) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(filter %.o,$^)

$(BUILD)/flags: FORCE # changes when the compiler or its flags do; makes the directories
	@mkdir -p $(sort $(dir $(objects) $(units) $(tools) $(fuzzers)))
	@echo "$(flags)" | cmp -s - $@ || echo "$(flags)" >$@

test-programs: $(units) $(tools)
fuzz-programs: $(fuzzers)

check: $(BIN) test-programs # TESTS='order hygiene' runs these alone
	TEST_SPOOL='$(abspath $(BIN))' TEST_BUILD='$(abspath $(BUILD))' TEST_KIND=$(KIND) tests/run $(TESTS)

check-asan:
	+$(call again,asan) check CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' TESTS='$(or $(TESTS),$(with_asan))'
check-tsan: # what has threads
	+$(call again,tsan) check CFLAGS='-O1 -g -fsanitize=thread -fno-omit-frame-pointer' TESTS='$(or $(TESTS),$(with_tsan))'

static = CC=musl-gcc LDFLAGS='-static -Wl,--gc-sections,-z,noseparate-code'
check-musl: # and how small it can be
	+$(call again,musl) check $(static) CFLAGS='-Os -ffunction-sections' TESTS='$(or $(TESTS),$(with_musl))'
	+$(call again,small) $(static) CFLAGS='-Oz -flto=auto -ffunction-sections' all
	strip -o build/small/stripped build/small/spool
	@size=$$(wc -c <build/small/stripped); echo "stripped static musl build: $$size bytes"; test $$size -lt 300000

fuzz: # FUZZ_SECONDS=300 for each program of tests/fuzz, compiled by FUZZ_CC=clang
	+tests/fuzz/run
soak: # SOAK_SECONDS=3600 of random runs under the address and the thread sanitizer by turns
	+tests/soak/run

coverage:
	rm -rf build/cov
	+$(call again,cov) check CFLAGS='-O0 -g --coverage'
	.ci/coverage build/cov
lint:
	.ci/lint
bench: $(BIN) # BENCH=smoke, or quick with names of scenarios
	SPOOL='$(abspath $(BIN))' CC='$(CC)' tests/bench/run $(BENCH)
bench-full: $(BIN)
	SPOOL='$(abspath $(BIN))' CC='$(CC)' tests/bench/run full

install: $(BIN)
	install -d $(dir $(installed))
	install -m 755 $(BIN) $(bin)/spool
	install -m 644 man/spool.1 $(share)/man/man1
	install -m 644 man/spool-migrate.7 $(share)/man/man7
	umask 022 && $(abspath $(BIN)) --completion bash >$(share)/bash-completion/completions/spool
	umask 022 && $(abspath $(BIN)) --completion zsh >$(share)/zsh/site-functions/_spool
	umask 022 && $(abspath $(BIN)) --completion fish >$(share)/fish/vendor_completions.d/spool.fish
uninstall:
	rm -f $(installed)

install-compat: install # COMPAT='sem parallel' chooses; what is there already and is another program stays
	for name in $(COMPAT); do test "$$(readlink $(bin)/$$name)" = spool || ln -s spool $(bin)/$$name || exit; done
uninstall-compat:
	for name in $(COMPAT); do test "$$(readlink $(bin)/$$name)" != spool || rm $(bin)/$$name || exit; done

dist:
	@mkdir -p build
	git archive --format=tar.gz --prefix=spool-$(VERSION)/ -o build/spool-$(VERSION).tar.gz HEAD
clean:
	rm -rf build spool

FORCE:
-include $(objects:.o=.d)

.PHONY: all check check-asan check-tsan check-musl fuzz soak coverage lint bench bench-full install uninstall dist clean \
	install-compat uninstall-compat test-programs fuzz-programs FORCE
