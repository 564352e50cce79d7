# ./dev fuzz: libFuzzer targets, each with its kept corpus in fuzz/corpus.

fuzz_seconds=30
fuzz_work=build/fuzz/work

fuzz_targets() {
  local file
  for file in fuzz/*_fuzz.cc; do basename "$file" .cc; done | grep -v '^canary_fuzz$' || true
}

# fuzz_target <target> <seconds>: new inputs are collected beside the kept ones, not among them.
fuzz_target() {
  local target=$1 seconds=$2 code=0
  local found=$fuzz_work/$target kept=fuzz/corpus/${target%_fuzz} log=$fuzz_work/$target.log
  local arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="$found-")
  mkdir -p "$found" "$kept"
  if [[ -f fuzz/$target.dict ]]; then arguments+=(-dict="fuzz/$target.dict"); fi
  "build/fuzz/$target" "${arguments[@]}" "$found" "$kept" >"$log" 2>&1 || code=$?
  if ((code == 0)); then
    record "$target" 1 0
    say "$target: $(sed -n 's/^stat::number_of_executed_units: */executions: /p' "$log")"
    return
  fi
  record "$target" 0 1
  tail -n 60 "$log"
  say "$target failed; run it again with: build/fuzz/$target FILE, the file being one of:"
  find "$fuzz_work" -type f -name "$target-*"
  return "$code"
}

# fuzz_all <seconds>: as many at a time as there are cores.
fuzz_all() {
  local seconds=$1 code=0 worker workers=() targets
  mapfile -t targets < <(fuzz_targets)
  for ((worker = 0; worker < cores; worker++)); do
    fuzz_worker "$worker" &
    workers+=($!)
  done
  for worker in "${workers[@]}"; do wait "$worker" || code=1; done
  return "$code"
}

# Every cores-th target, from the given one on.
fuzz_worker() {
  local index code=0
  for ((index = $1; index < ${#targets[@]}; index += cores)); do
    fuzz_target "${targets[index]}" "$seconds" || code=1
  done
  return "$code"
}

# The canary has a planted overflow behind four magic bytes. A fuzzer that does not find it within
# a minute is blind, and the green of all the others would mean nothing.
fuzz_canary() {
  local log=$fuzz_work/canary.log
  mkdir -p "$fuzz_work"
  if build/fuzz/canary_fuzz -max_total_time=60 -artifact_prefix="$fuzz_work/canary-" \
    >"$log" 2>&1 || ! grep -q 'AddressSanitizer: heap-buffer-overflow' "$log"; then
    tail -n 20 "$log"
    say "the canary did not crash as it must: the fuzzers are not to be trusted"
    return 1
  fi
  record "canary_fuzz" 1 0
}

# fuzz_steps <target, or nothing for all> <seconds>
fuzz_steps() {
  local target=$1 seconds=$2
  step "build fuzz" build_preset fuzz fuzzers
  step "fuzz: canary" fuzz_canary
  if [[ -n $target ]]; then
    step "fuzz: $target" fuzz_target "$target" "$seconds"
  else
    step "fuzz: all, $seconds s each" fuzz_all "$seconds"
  fi
}

run_fuzz() {
  local target=${1:-} seconds=${2:-$fuzz_seconds}
  if [[ $target =~ ^[0-9]+$ ]]; then
    seconds=$target
    target=
  fi
  if [[ -n $target && ! -f fuzz/$target.cc ]]; then
    die "there is no fuzz target '$target'; there are: $(fuzz_targets | paste -s -d ' ')"
  fi
  ensure_packages build check
  use_symbolizer
  ledger_start fuzz
  fuzz_steps "$target" "$seconds"
  ledger_finish
}
