# V8's compiled form belongs to the bundle that is replaced now.
rm -f /usr/lib/opampsupervisor/dist/opampsupervisor.cjs.cache*
