#!/bin/sh
# Runs the supervisor with the Node that came with it; the process is then Node itself, with the pid of this one.
exec /usr/lib/opampsupervisor/node /usr/lib/opampsupervisor/bin/opampsupervisor.cjs "$@"
