# ./dev check: lint, the tests under the sanitizers, and fuzzing.

end_to_end=test/e2e

# So that the sanitizers' stacks have names in them.
use_symbolizer() { export PATH=$PATH:/usr/lib/llvm-19/bin; }

# end_to_end_under <asan or tsan>: the suite fails on any report of the server, even where the
# clients noticed nothing.
end_to_end_under() {
  local preset=$1 reports=$results/reports-$1 code=0
  rm -rf "$reports"
  mkdir -p "$reports"
  use_binaries_of "$preset"
  export RIVER_SANITIZER=$preset
  export ASAN_OPTIONS=log_path=$reports/report
  export UBSAN_OPTIONS=log_path=$reports/report:print_stacktrace=1
  export TSAN_OPTIONS=log_path=$reports/report:second_deadlock_stack=1
  npm_suite "$end_to_end" "end to end ($preset)" || code=$?
  if compgen -G "$reports/*" >/dev/null; then
    head -n 200 "$reports"/*
    record "sanitizer reports ($preset)" 0 1
    code=1
  fi
  return "$code"
}

sanitizer_steps() {
  local preset=$1
  step "build $preset" build_preset "$preset"
  step "unit tests ($preset)" unit_tests "$preset"
  if [[ -f $end_to_end/package.json ]]; then
    step "end to end ($preset)" end_to_end_under "$preset"
  fi
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
