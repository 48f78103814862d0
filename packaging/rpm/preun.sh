# $1 is how many versions are there after this: 0 when the last one is erased.
if [ "$1" = 0 ]; then
  if command -v systemctl > /dev/null; then
    systemctl --no-reload disable opampsupervisor.service > /dev/null 2>&1 || true
    [ ! -d /run/systemd/system ] || systemctl stop opampsupervisor.service > /dev/null 2>&1 || true
  fi
  rm -f /usr/lib/opampsupervisor/dist/opampsupervisor.cjs.cache*
fi
exit 0
