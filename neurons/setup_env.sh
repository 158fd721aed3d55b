#!/usr/bin/env bash
# Creates the environment three-gen-neurons and the PM2 files of this folder's neurons; see ../setup_env.sh.
exec bash "$(dirname "${BASH_SOURCE[0]}")/../setup_env.sh" neurons
