# Messages, steps with their durations, and the ledger of what passed and failed.

cores=$(nproc)
results=$root/build/results
logs=$root/build/logs

say() { printf '==> %s\n' "$*"; }

die() {
  printf './dev: %s\n' "$*" >&2
  exit 1
}

duration() { printf '%dm%02ds' $(($1 / 60)) $(($1 % 60)); }

# quietly <log name> <command…>: on a terminal the command just runs; elsewhere what it prints goes
# to build/logs, and the end of that is shown only if it fails.
quietly() {
  local log=$logs/$1.log
  shift
  if [[ -t 1 ]]; then
    "$@"
    return
  fi
  mkdir -p "$logs"
  local code=0
  "$@" >"$log" 2>&1 || code=$?
  if ((code != 0)); then
    tail -n 100 "$log"
    say "failed (exit code $code): $*; the whole output is in ${log#"$root"/}"
  fi
  return "$code"
}

# ── The ledger: one line a result, `name <tab> passed <tab> failed`, and one line a step's time ──

ledger_start() {
  ledger=$results/$1.ledger
  times=$results/$1.times
  mkdir -p "$results"
  : >"$ledger"
  : >"$times"
  : >"$results/$1.failures"
}

# record <name> <passed> <failed> [a line for each failure…]; nothing where no ledger was started.
record() {
  if [[ -z ${ledger:-} ]]; then return; fi
  printf '%s\t%d\t%d\n' "$1" "$2" "$3" >>"$ledger"
  if (($3 > 0)); then
    printf '%s (%d)\n' "$1" "$3" >>"${ledger%.ledger}.failures"
    if (($# > 3)); then printf '  %s\n' "${@:4}" >>"${ledger%.ledger}.failures"; fi
  fi
}

# ledger_sum <column: 2 = passed, 3 = failed> <ledger file…>
ledger_sum() {
  local column=$1
  shift
  cat "$@" | awk -F '\t' -v column="$column" '{ sum += $column } END { print sum + 0 }'
}

# step <name> <command…>: runs the command and says how long it took. A failure is remembered and
# the next step still runs. Never call it inside a condition: bash would then ignore `set -e` in it.
step() {
  local name=$1 started=$SECONDS failed_before code
  shift
  failed_before=$(ledger_sum 3 "$ledger")
  say "$name"
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  if ((code != 0)) && (($(ledger_sum 3 "$ledger") == failed_before)); then record "$name" 0 1; fi
  local outcome=ok
  if ((code != 0)) || (($(ledger_sum 3 "$ledger") > failed_before)); then outcome=FAILED; fi
  say "$name: $outcome, $(duration $((SECONDS - started)))"
  printf '%s\t%s\t%s\n' "$(duration $((SECONDS - started)))" "$outcome" "$name" >>"$times"
}

# Prints the steps and the sum, in the form that continuous integration reads; false if any failed.
ledger_finish() {
  local passed failed
  passed=$(ledger_sum 2 "$ledger")
  failed=$(ledger_sum 3 "$ledger")
  echo
  cat "$times"
  printf '%s\t\tin all\n\n' "$(duration "$SECONDS")"
  if ((failed > 0)); then
    echo "failed:"
    sed 's/^/  /' "${ledger%.ledger}.failures"
    echo
  fi
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
