# After all files of the old version are gone. A supervisor that runs is restarted; with `leftover: adopt` in
# supervisor.yaml the collector goes on. One that does not run is left alone.
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload > /dev/null 2>&1 || true
  systemctl try-restart opampsupervisor.service > /dev/null 2>&1 || true
fi
exit 0
