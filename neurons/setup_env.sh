#!/usr/bin/env bash
# Makes the environment three-gen-neurons and the PM2 files of this folder's neurons; how, says ../setup_env.sh.
exec bash "$(dirname "${BASH_SOURCE[0]}")/../setup_env.sh" neurons
