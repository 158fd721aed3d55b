#!/usr/bin/env bash
# Creates the environment three-gen-mining and the PM2 file of this folder's services; see ../setup_env.sh.
exec bash "$(dirname "${BASH_SOURCE[0]}")/../setup_env.sh" generation
