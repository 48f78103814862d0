# Settings and state stay, as erasing a package leaves them: /etc/opampsupervisor, /var/lib/opampsupervisor.
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload > /dev/null 2>&1 || true
fi
exit 0
