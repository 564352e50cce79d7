# ./dev demo: River and both example applications, stopped together by Ctrl-C.

demo_river=127.0.0.1:8080
demo_todo_port=3001
demo_forum_port=3002

# Each job is a process group of its own, so that npm's children stop with it.
demo_stop() {
  trap - EXIT
  # Whoever signals twice (`timeout` does) would else end this before the others.
  trap "" INT TERM
  local job
  for job in $(jobs -p); do kill -TERM -- "-$job" 2>/dev/null || true; done
  wait
}

# Not exported, as River refuses variables of its own prefix that it does not know.
demo_example() {
  RIVER_HOST=http://$demo_river PORT=$2 npm start --workspace "examples/$1"
}

demo_secret() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

run_demo() {
  if [[ ! -f examples/todo/package.json || ! -f examples/forum/package.json ]]; then
    die "the examples are not there: examples/todo and examples/forum"
  fi
  ensure_packages build
  build_preset release river
  ensure_node
  npm_install
  npm_build

  export RIVER_API_KEY RIVER_JWT_SECRET
  RIVER_API_KEY=$(demo_secret 16)
  RIVER_JWT_SECRET=$(demo_secret 32)
  set -m
  trap demo_stop EXIT
  trap 'demo_stop; exit' INT TERM
  build/release/river serve --listen "$demo_river" --data-dir build/demo &
  demo_example todo "$demo_todo_port" &
  demo_example forum "$demo_forum_port" &
  say "to-do list   http://127.0.0.1:$demo_todo_port   (open it in two tabs)"
  say "forum        http://127.0.0.1:$demo_forum_port"
  say "River        http://$demo_river"
  say "to publish from another terminal: export RIVER_API_KEY=$RIVER_API_KEY"
  say "Ctrl-C stops all three"
  wait -n || true
  say "one of them has stopped; stopping the others"
}
