# $1 is how many versions are there after this: 1 for the first installation, 2 for an upgrade.
home=/usr/lib/opampsupervisor
getent group opampsupervisor > /dev/null || groupadd --system opampsupervisor
getent passwd opampsupervisor > /dev/null ||
  useradd --system --gid opampsupervisor --no-create-home --home-dir /var/lib/opampsupervisor \
    --shell /sbin/nologin --comment "OpAMP supervisor" opampsupervisor
# The form that V8 compiles the program to, for a quicker start; made here, where it fits this processor. Without it the
# supervisor works all the same.
"$home/node" "$home/compile-cache.cjs" "$home/dist" > /dev/null 2>&1 || true
if [ "$1" = 1 ] && command -v systemctl > /dev/null; then
  # Enabled, so that it starts at the next boot when it has a configuration; an upgrade leaves it as it is.
  systemctl --no-reload enable opampsupervisor.service > /dev/null 2>&1 || true
fi
exit 0
