# shellcheck shell=bash
# What the scripts share: they find Python, make environments and install locked packages. Sourced, never run.

NEEDED="Python 3.11 or newer"

# pip answers an interruption as it does a failure; these make sure that it is not taken for one.
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Debian ships Python without these two, in a package of their own.
can_make_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Prints the interpreter to use. It is started, not only looked up: a version manager's shim may exist and not run.
find_python() {
  local candidate bare="" found
  if [ -n "${PYTHON:-}" ]; then
    is_new_enough "$PYTHON" || die "PYTHON=$PYTHON is not $NEEDED"
    is_usable "$PYTHON" || die_without_venv "$PYTHON"
    printf '%s\n' "$PYTHON"
    return
  fi
  for candidate in python3.13 python3.12 python3.11 python3; do
    is_new_enough "$candidate" || continue
    if is_usable "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
    bare=${bare:-$candidate}
  done
  [ -z "$bare" ] || die_without_venv "$bare"
  found=$(python3 --version 2>/dev/null || true)
  die "needs $NEEDED, found ${found:-none}; install one, or name it with PYTHON=/path/to/python3"
}

# uv makes environments by itself.
is_usable() { have uv || can_make_environments "$1"; }

die_without_venv() {
  die "$1 cannot make virtual environments: install python3-venv (Debian, Ubuntu: apt-get install python3-venv), or uv"
}

# What an environment was made from, and where: a moved tree has scripts that point to its old place.
fingerprint() { { pwd -P && cat "$@"; } | cksum; }

# is_current ENVIRONMENT STAMP FILE...
is_current() {
  local environment=$1 stamp=$2
  shift 2
  # -x follows the link, so an interpreter that was uninstalled counts as missing.
  [ -x "$environment/bin/python" ] && [ ! -e "$environment/.unfinished" ] && [ -f "$environment/$stamp" ] &&
    [ "$(cat "$environment/$stamp")" = "$(fingerprint "$@")" ]
}

# Makes the environment unless a good one is there. It counts as unfinished until finish() says otherwise, and an
# unfinished one is made from scratch: after an interruption nobody knows which packages are whole.
begin() {
  local environment=$1 python
  if ! is_sound "$environment"; then
    python=$(find_python)
    say "making the environment $environment with $python"
    rm -rf "$environment"
    mkdir -p "$environment"
    touch "$environment/.unfinished"
    if have uv; then
      uv venv --quiet --allow-existing --python "$python" "$environment"
    else
      "$python" -m venv "$environment"
    fi || die "cannot make the environment $environment with $python"
    pwd -P >"$environment/.made-in"
  fi
  touch "$environment/.unfinished"
}

is_sound() {
  local environment=$1
  [ -x "$environment/bin/python" ] && [ ! -e "$environment/.unfinished" ] || return 1
  [ ! -f "$environment/.made-in" ] || [ "$(cat "$environment/.made-in")" = "$(pwd -P)" ] || return 1
  is_new_enough "$environment/bin/python" || return 1
  # uv leaves pip out of what it makes; without uv on the path such an environment is of no use here.
  have uv || "$environment/bin/python" -m pip --version >/dev/null 2>&1
}

# finish ENVIRONMENT STAMP FILE...
finish() {
  local environment=$1 stamp=$2
  shift 2
  fingerprint "$@" >"$environment/$stamp"
  rm -f "$environment/.unfinished"
}

# install_locked ENVIRONMENT LOCK: a lock is complete, and pip that resolves it once more stumbles over packages that
# are wanted with and without extras as soon as a newer version is out.
install_locked() { install "$1" --no-deps --require-hashes -r "$2"; }

# install ENVIRONMENT ARGUMENT...: with uv where it is on the path, else with the environment's pip.
install() {
  local environment=$1
  shift
  if have uv; then
    uv pip install --quiet --python "$environment/bin/python" "$@"
  else
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"
  fi || stop_installing "$environment"
}

# The installer said what is wrong and left things whole, so the environment may be used again.
stop_installing() {
  rm -f "$1/.unfinished"
  die "the installation failed, see above; run it again when that is mended (downloads are kept)"
}
