# Debian packages, one list a purpose, installed when they are first needed.

packages_build=(
  ca-certificates ccache cmake g++ git ninja-build pkgconf
  libboost1.81-dev libcli11-dev libfmt-dev libsimdjson-dev libspdlog-dev libssl-dev
  libtomlplusplus-dev liburing-dev zlib1g-dev
)
packages_test=(curl haproxy libgmock-dev libgtest-dev openssl python3)
packages_browser=(chromium fonts-dejavu-core)
packages_check=(clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev llvm-19 shellcheck)
packages_node=(python3-pip)
packages_bench=(libbenchmark-dev python3 valgrind)

# ensure_packages <purpose…>: quick when nothing is missing, so that every command can call it.
ensure_packages() {
  local purpose wanted=()
  for purpose in "$@"; do
    local -n list=packages_$purpose
    wanted+=("${list[@]}")
  done
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian; going on as if these were installed: ${wanted[*]}"
    return
  fi
  local missing
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(installed_packages))
  if ((${#missing[@]} > 0)); then install_packages "$*" "${missing[@]}"; fi
}

# Of the wanted ones, sorted.
installed_packages() {
  { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true; } |
    sed -n 's/^installed //p' | sort -u
}

# install_packages <purposes> <package…>
install_packages() {
  local purposes=$1
  shift
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "needs root or sudo to install what is missing. As root: apt-get install $*"
    as_root=(sudo)
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
  say "installing $# Debian packages (for: $purposes): $*"
  quietly apt-update "${apt[@]}" update || die "apt-get update failed; is the network up?"
  quietly apt-install "${apt[@]}" install --yes --no-install-recommends "$@" ||
    die "apt-get could not install the packages; River is built on Debian 12 (bookworm)"
}
