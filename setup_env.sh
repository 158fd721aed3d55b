#!/usr/bin/env bash
# Sets up three-gen-subnet. Safe to run again: when nothing changed it is done in a moment.
#
#   ./setup_env.sh              everything, for development and the demo, into .venv (`make` does this by itself)
#   generation/setup_env.sh     one part in an environment of its own; also validation, neurons, prompter
#
# A part's environment is Conda's when `conda` is on the PATH, else a virtual environment under .venvs/.
# Runs with bash 3.2 and newer, on Linux and macOS.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PART=${1:-everything}
LOG=$ROOT/.cache/setup.log
EVERY_EXTRA=generation,validation,neurons,prompter,gpu,dev
SUITABLE='import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 14) and sys.maxsize > 2**32))'

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Runs a command: on a terminal with its progress, otherwise silently; a failure is reported in one line.
run() {
  local goal=$1; shift
  if [ -t 2 ] && "$@"; then return; fi
  if ! "$@" >"$LOG" 2>&1 </dev/null; then explain "$goal"; fi
}

explain() {
  if grep -qiE 'dns error|name resolution|could not resolve|getaddrinfo|failed to (fetch|connect)|NewConnectionError|network is unreachable|connection (refused|reset|timed out)|timed out|CondaHTTPError|CONNECTION FAILED' "$LOG"; then
    die "no network: could not $1; connect and run this again (details: $LOG)"
  elif grep -qiE 'no space left|disk quota' "$LOG"; then
    die "the disk is full: could not $1 (details: $LOG)"
  fi
  die "could not $1: $(grep -v '^[[:space:]]*$' "$LOG" | tail -n 1) (details: $LOG)"
}

# Prints the absolute path of the newest suitable Python. Each is run: a name on the PATH may be a broken shim.
find_python() {
  local name seen=""
  for name in python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c "$SUITABLE" >/dev/null 2>&1; then "$name" -c 'import sys; print(sys.executable)'; return; fi
    if [ -z "$seen" ]; then seen=$("$name" --version 2>/dev/null || true); fi
  done
  uv python find --no-python-downloads '>=3.11,<3.14' 2>/dev/null && return
  die "needs a 64-bit Python 3.11, 3.12 or 3.13 on the PATH; found ${seen:-none}"
}

need_disk() {
  local needed=$1 free
  free=$(df -Pk "$ROOT" 2>/dev/null | awk 'NR == 2 { print int($4 / 1048576) }')
  if [ "${free:-$needed}" -lt "$needed" ]; then
    die "not enough disk: needs about $needed GiB in $ROOT, $free GiB are free"
  fi
}

# GiB of a new environment: PyTorch's Linux build carries CUDA.
disk_needed() {
  if [ "$PART" != everything ] && ! grep -q '^torch' "$ROOT/$PART/requirements.txt"; then echo 2
  elif [ "$(uname -s)" = Linux ]; then echo 9
  else echo 4; fi
}

# Checksum of what an environment was created from, path included: the project is installed in place.
stamp_of() { { printf '%s\n' "$ROOT"; cat "$@"; } | cksum | tr ' ' -; }

make_venv() {
  local python
  if [ -x "$ENV_DIR/bin/python" ] && "$ENV_DIR/bin/python" -c "$SUITABLE" >/dev/null 2>&1; then return; fi
  python=$(find_python)
  need_disk "$(disk_needed)"
  if [ -e "$ENV_DIR" ]; then say "$ENV_DIR no longer works; creating it again"; rm -rf "$ENV_DIR"; fi
  say "creating $ENV_DIR with $("$python" --version) ($python)"
  if uv --version >/dev/null 2>&1; then
    run "create $ENV_DIR" uv venv --quiet --python "$python" "$ENV_DIR"
  elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    die "$python has no venv module (Debian, Ubuntu: apt-get install python3-venv)"
  else
    run "create $ENV_DIR" "$python" -m venv "$ENV_DIR"
  fi
}

# `install ARGS…` into ENV_DIR: with uv from the PATH, or from the environment itself, else with pip.
install() {
  local python=$ENV_DIR/bin/python
  if uv --version >/dev/null 2>&1; then
    run "install the packages" uv pip install --python "$python" "$@"
    return
  fi
  if ! "$python" -m uv --version >/dev/null 2>&1; then
    "$python" -m pip install --quiet --disable-pip-version-check uv >"$LOG" 2>&1 || say "uv not found; using pip, which is slower"
  fi
  if "$python" -m uv --version >/dev/null 2>&1; then
    run "install the packages" "$python" -m uv pip install --python "$python" "$@"
  else
    run "install the packages" "$python" -m pip install --disable-pip-version-check "$@"
  fi
}

up_to_date() { [ "$(cat "$ENV_DIR/setup-stamp" 2>/dev/null)" = "$STAMP" ] && "$ENV_DIR/bin/python" -c "$SUITABLE" 2>/dev/null; }

set_up_everything() {
  ENV_DIR=$ROOT/.venv
  STAMP=$(stamp_of pyproject.toml constraints.txt setup_env.sh)
  if up_to_date; then
    "$ENV_DIR/bin/python" -m tools.check_environment kernels
    return
  fi
  make_venv
  say "installing the packages (6 GB on Linux; a minute or two on a fast line)"
  install -c constraints.txt -e ".[$EVERY_EXTRA]"
  "$ENV_DIR/bin/python" -m tools.check_environment everything
  printf '%s\n' "$STAMP" >"$ENV_DIR/setup-stamp"
  say "ready: .venv"
}

set_up_part() {
  local yml
  yml=$(echo "$PART"/conda_env_*.yml)
  NAME=$(sed -n 's/^name: //p' "$yml")
  STAMP=$(stamp_of "$yml" "$PART/requirements.txt" constraints.txt setup_env.sh)
  if command -v conda >/dev/null 2>&1; then conda_environment "$yml"; else venv_environment; fi
  printf '%s\n' "$STAMP" >"$ENV_DIR/setup-stamp"
  "$ENV_DIR/bin/python" -m tools.pm2_config "$PART" --interpreter "$ENV_DIR/bin/python"
  say "$NAME is ready: $ENV_DIR"
  "$ENV_DIR/bin/python" -m tools.check_environment "$PART"
}

venv_environment() {
  ENV_DIR=$ROOT/.venvs/$NAME
  if up_to_date; then
    "$ENV_DIR/bin/python" -m tools.check_environment kernels
    return
  fi
  make_venv
  say "installing the packages of $PART into $ENV_DIR"
  install -r "$PART/requirements.txt"
  install --no-deps -e .
}

conda_environment() {
  local yml=$1
  ENV_DIR=""
  if conda env list 2>/dev/null | awk '{ print $1 }' | grep -qx "$NAME"; then
    conda_prefix
    if up_to_date; then return; fi
    say "updating Conda's environment $NAME from $yml"
    run "update the Conda environment $NAME" conda env update --name "$NAME" --file "$yml"
  else
    need_disk "$(disk_needed)"
    say "creating Conda's environment $NAME from $yml (some minutes)"
    run "create the Conda environment $NAME" conda env create --name "$NAME" --file "$yml"
    conda_prefix
  fi
  run "install the project into $NAME" "$ENV_DIR/bin/python" -m pip install --no-deps -e .
}

conda_prefix() {
  ENV_DIR=$(conda run --name "$NAME" python -c 'import sys; print(sys.prefix)' 2>/dev/null || true)
  if [ ! -x "$ENV_DIR/bin/python" ]; then die "Conda's environment $NAME has no Python; remove it (conda env remove --name $NAME) and run this again"; fi
}

cd "$ROOT"
mkdir -p .cache
if [ "$(uname -s)-$(uname -m)" = Darwin-x86_64 ]; then die "PyTorch has no build for Macs with Intel processors"; fi
case $PART in
  everything) set_up_everything ;;
  generation | validation | neurons | prompter) set_up_part ;;
  *) die "unknown part '$PART' (one of generation, validation, neurons, prompter, or none for everything)" ;;
esac
