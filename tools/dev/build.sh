# CMake presets, built in build/<preset>.

# build_preset <preset> [target…]
build_preset() {
  local preset=$1 target targets=()
  shift
  for target in "$@"; do targets+=(--target "$target"); done
  local tree=build/$preset
  if [[ ! -f $tree/build.ninja || CMakePresets.json -nt $tree/build.ninja ]]; then
    quietly "configure-$preset" cmake --preset "$preset"
  fi
  quietly "build-$preset" cmake --build "$tree" "${targets[@]}"
}
