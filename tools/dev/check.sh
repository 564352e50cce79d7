# ./dev check: lint, the tests under the sanitizers, and fuzzing.

# So that the sanitizers' stacks have names in them.
use_symbolizer() { export PATH=$PATH:/usr/lib/llvm-19/bin; }

# end_to_end_under <asan or tsan> <workspace>: fails on any report of the server, even where the
# clients noticed nothing.
end_to_end_under() {
  local preset=$1 workspace=$2 reports=$results/reports-$1-${2##*/} code=0
  rm -rf "$reports"
  mkdir -p "$reports"
  export TEST_RIVER_BINARY=$root/build/$preset/river TEST_RIVER_SANITIZER=$preset
  export ASAN_OPTIONS=log_path=$reports/report
  export UBSAN_OPTIONS=log_path=$reports/report:print_stacktrace=1
  export TSAN_OPTIONS=log_path=$reports/report:second_deadlock_stack=1
  npm_suite "$workspace" "$workspace ($preset)" || code=$?
  if compgen -G "$reports/*" >/dev/null; then
    head -n 200 "$reports"/*
    record "sanitizer reports of $workspace ($preset)" 0 1
    code=1
  fi
  return "$code"
}

sanitizer_steps() {
  local preset=$1 workspace
  step "build $preset" build_preset "$preset"
  step "unit tests ($preset)" unit_tests "$preset"
  if [[ ! -f package.json ]]; then return; fi
  for workspace in $(workspaces_with test); do
    if [[ $workspace == test/* ]]; then
      step "$workspace ($preset)" end_to_end_under "$preset" "$workspace"
    fi
  done
}

run_checks() {
  ensure_packages build test check
  use_symbolizer
  ledger_start check
  lint_steps
  if [[ -f package.json ]]; then
    ensure_packages browser
    step "SDKs and examples: build" npm_build
  fi
  sanitizer_steps asan
  sanitizer_steps tsan
  fuzz_steps "" "$fuzz_seconds"
  ledger_finish
}
