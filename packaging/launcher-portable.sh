#!/bin/sh
# Runs the supervisor with the Node that came with it, wherever this folder lies, and through links to this file too.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/bin/opampsupervisor.cjs" "$@"
