# ./dev test: every functional test.

# unit_tests <preset>: all of ctest's programs; each gtest case counts as one.
unit_tests() {
  local preset=$1 out=$results/unit-$1 code=0
  rm -rf "$out"
  mkdir -p "$out"
  GTEST_OUTPUT=xml:$out/ ctest --test-dir "build/$preset" --parallel "$cores" \
    --output-on-failure --output-junit "$out/ctest.xml" || code=$?
  record_counts "unit tests ($preset)" ctest "$out"
  return "$code"
}

# npm_suite <workspace> <name>: its `test` script is Vitest or Node's own test runner; it finds the
# program to test by TEST_RIVER_BINARY, and river-echo beside it. (River would refuse a variable
# RIVER_BINARY as an unknown setting.)
npm_suite() {
  local workspace=$1 name=$2 out=$results/npm-${2//[^a-z0-9]/-}.xml code=0
  rm -f "$out"
  if grep -q '"test":.*vitest' "$workspace/package.json"; then
    npm test --workspace "$workspace" -- --reporter=default --reporter=junit \
      --outputFile.junit="$out" || code=$?
  else
    local screen=(--test-reporter=spec --test-reporter-destination=stdout)
    local file=(--test-reporter=junit --test-reporter-destination="$out")
    NODE_OPTIONS="${screen[*]} ${file[*]}" npm test --workspace "$workspace" || code=$?
  fi
  if [[ -s $out ]]; then record_counts "$name" junit "$out"; fi
  return "$code"
}

# record_counts <name> <kind> <where>
record_counts() {
  local lines
  mapfile -t lines < <(python3 tools/dev/count_results.py "$2" "$3")
  record "$1" "${lines[@]}"
}

node_tests() {
  ensure_packages browser
  step "Node.js" ensure_node
  use_node
  step "npm packages" npm_install
  step "SDKs and examples: build" npm_build
  export TEST_RIVER_BINARY=$root/build/release/river
  local workspace
  for workspace in $(workspaces_with test); do
    step "$workspace" npm_suite "$workspace" "$workspace"
  done
}

run_tests() {
  ledger_start test
  ensure_packages build test
  step "build release" build_preset release
  step "build debug" build_preset debug
  step "unit tests" unit_tests debug
  if [[ -f package.json ]]; then node_tests; fi
  ledger_finish
}
