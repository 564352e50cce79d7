# ./dev bench: the suite of bench/suite, or one scenario of river-bench.

run_bench() {
  ensure_packages build bench
  if [[ $# -gt 0 && $1 != -* ]]; then
    build_preset release river river-bench
    exec build/release/river-bench "$@"
  fi
  # The last two are built only where their packages were there when CMake looked.
  if ! grep -qs river-delivery build/release/build.ninja; then
    quietly configure-release cmake --preset release
  fi
  build_preset release river river-bench river-micro river-delivery
  exec python3 bench/suite "$@"
}
