# ./dev lint: tools/tidy, shellcheck, clang-format, clang-tidy, and the `lint` scripts of the npm
# workspaces.

cxx_folders=(src fuzz bench)

# lint_files <regular expression> [--changed]: the C++ files that match, one a line; with --changed
# only those that differ from main's last commit.
lint_files() {
  if [[ ${2:-} == --changed ]]; then
    git diff --name-only --diff-filter=d main -- "${cxx_folders[@]}"
    git ls-files --others --exclude-standard -- "${cxx_folders[@]}"
  else
    git ls-files --cached --others --exclude-standard -- "${cxx_folders[@]}"
  fi | sed -nE "\#$1#p" | sort -u
}

check_format() {
  lint_files '\.(cc|h)$' "$@" | xargs --no-run-if-empty clang-format-19 --dry-run -Werror
  record "clang-format" 1 0
}

# clang_tidy <file>; reads the flags from the debug build, those that only GCC knows set aside.
clang_tidy() {
  local checks=
  if [[ $1 == *_test.cc ]]; then checks=-clang-analyzer-*,-performance-*; fi
  clang-tidy-19 -p build/debug --quiet --extra-arg=-Wno-unknown-warning-option \
    --checks="$checks" "$1" 2>>"$logs/clang-tidy.log"
}

check_clang_tidy() {
  mkdir -p "$logs"
  export -f clang_tidy
  export logs
  lint_files '^(src/.*|bench/[^/]*)\.cc$' "$@" |
    xargs --no-run-if-empty --max-procs "$cores" -I '{}' bash -c 'clang_tidy {}'
  record "clang-tidy" 1 0
}

check_tidy() {
  tools/tidy
  record "tidy" 1 0
}

check_shell() {
  shellcheck --external-sources dev .ci/run
  record "shellcheck" 1 0
}

npm_lint() {
  npm run lint --workspaces --if-present
  record "npm lint" 1 0
}

# lint_steps [--changed]
lint_steps() {
  step "tools/tidy" check_tidy
  step "shellcheck" check_shell
  step "clang-format" check_format "$@"
  step "build debug" build_preset debug
  step "clang-tidy" check_clang_tidy "$@"
  if [[ -f package.json ]]; then
    step "Node.js" ensure_node
    use_node
    step "npm packages" npm_install
    step "npm lint" npm_lint
  fi
}

run_lint() {
  ensure_packages build test check
  ledger_start lint
  lint_steps "$@"
  ledger_finish
}
