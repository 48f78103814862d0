#!/bin/bash
# User data of an EC2 instance: installs the supervisor and the collector of AWS, writes supervisor.yaml, starts the unit.
# docs/ec2.md explains it. It may be run again at any time: what is as it should be stays untouched.
#
#   OPAMP_ENDPOINT       the server, as wss://opamp.example.com/v1/opamp
#   OPAMP_RELEASE        where the packages of a release lie, with its SHA256SUMS: s3://BUCKET/FOLDER or https://...
#   OPAMP_VERSION        its version
#   OPAMP_AUTHORIZATION  where the header for the server is: ssm:NAME or secretsmanager:NAME; nothing for none
#   COLLECTOR_CONFIG     where the collector's own configuration is: s3://BUCKET/KEY or ssm:NAME; nothing for none
#   COLLECTOR_VERSION    the version of the collector of AWS, as v0.47.0
#
# No secret belongs in here: whoever may describe the instance, and every process on it, can read its user data.
set -euo pipefail

# Where the files go: the root of the system.
root=${TARGET_ROOT:-}
settings=$root/etc/opampsupervisor/supervisor.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

give_up() {
  echo "opampsupervisor: $*" >&2
  exit 1
}

need() {
  [ -n "${!1:-}" ] || give_up "expected $1 to be set, found nothing"
}

# What is written into supervisor.yaml must not be able to end the line.
single_line() {
  case ${!1:-} in *[$'\n\r"\\']*) give_up "expected $1 without quotes, backslashes and line breaks" ;; esac
}

download() {
  case $1 in
    s3://*) aws s3 cp --only-show-errors "$1" "$2" ;;
    https://*) curl -fsSL --proto '=https' --max-time 300 -o "$2" "$1" ;;
  esac
}

# At the first boot the network and the role of the instance may come a little later than this script.
fetch() {
  case $1 in
    s3://*) command -v aws > /dev/null || give_up "expected the AWS command line for $1, found none; install it, or use https" ;;
    https://*) ;;
    *) give_up "expected s3:// or https://, found $1" ;;
  esac
  for attempt in 1 2 3 4 5 6; do
    ! download "$1" "$2" || return 0
    [ "$attempt" = 6 ] || sleep "${RETRY_SECONDS:-10}"
  done
  give_up "expected to get $1, found what is said above, six times"
}

install_package() {
  if [ "$kind" = rpm ]; then
    dnf install -y "$1"
  else
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y "$1"
  fi
}

# The version that is installed, without the part that the packager adds.
installed() {
  if [ "$kind" = rpm ]; then
    rpm -q --queryformat '%{VERSION}' "$1" 2> /dev/null || true
  else
    dpkg-query -W -f '${Version}' "$1" 2> /dev/null | sed 's/-[^-]*$//' || true
  fi
}

install_collector() {
  local have from
  have=$(installed aws-otel-collector)
  # The rpm has the letter in its version, the deb has not.
  if [ "${have#v}" != "${COLLECTOR_VERSION#v}" ]; then
    from=https://aws-otel-collector.s3.amazonaws.com/$family/$go_arch/$COLLECTOR_VERSION/aws-otel-collector.$kind
    fetch "$from" "$work/aws-otel-collector.$kind"
    install_package "$work/aws-otel-collector.$kind"
  fi
  # Its package may let only root run it, and the user of the unit is another one.
  chmod o+rx "$root/opt/aws/aws-otel-collector/bin/aws-otel-collector"
}

install_supervisor() {
  [ "$(installed opampsupervisor)" != "$OPAMP_VERSION" ] || return 0
  local name=opampsupervisor-$OPAMP_VERSION-linux-$node_arch.$kind
  fetch "$OPAMP_RELEASE/SHA256SUMS" "$work/SHA256SUMS"
  fetch "$OPAMP_RELEASE/$name" "$work/$name"
  (cd "$work" && sha256sum --check --ignore-missing --strict --quiet SHA256SUMS) ||
    give_up "expected $name with the sum that SHA256SUMS has, found another"
  install_package "$work/$name"
}

supervisor_yaml() {
  echo "# Written by the user data of this instance, which replaces it when it is run again."
  echo "server:"
  echo "  endpoint: \"$OPAMP_ENDPOINT\""
  if [ -n "${OPAMP_AUTHORIZATION:-}" ]; then
    echo "  headers:"
    echo "    Authorization: \"\${$OPAMP_AUTHORIZATION}\""
  fi
  echo "capabilities:"
  echo "  accepts_remote_config: true"
  echo "  reports_remote_config: true"
  echo "agent:"
  echo "  executable: /opt/aws/aws-otel-collector/bin/aws-otel-collector"
  echo "  # The collector goes on while the supervisor is restarted."
  echo "  leftover: adopt"
  [ -z "${COLLECTOR_CONFIG:-}" ] || echo "  config_files: [\"$COLLECTOR_CONFIG\"]"
  echo "  description:"
  echo "    detectors: [ec2]"
  echo "storage:"
  echo "  directory: /var/lib/opampsupervisor"
}

# Whole, or not at all; and only where something changes.
write_settings() {
  supervisor_yaml > "$work/supervisor.yaml"
  ! cmp -s "$work/supervisor.yaml" "$settings" || return 0
  [ ! -e "$settings" ] || cp -p "$settings" "$settings.before-user-data"
  install -D -m 0640 "$work/supervisor.yaml" "$settings.new"
  chgrp opampsupervisor "$settings.new"
  mv "$settings.new" "$settings"
  changed=yes
}

start() {
  # Its own unit would hold the same ports.
  systemctl disable --now aws-otel-collector > /dev/null 2>&1 || true
  systemctl enable opampsupervisor
  if systemctl is-active --quiet opampsupervisor; then
    [ "$changed" = no ] || systemctl reload opampsupervisor
    return 0
  fi
  # Returns when the collector runs, or when it is known why it does not.
  if ! systemctl start opampsupervisor; then
    journalctl -u opampsupervisor -n 50 --no-pager >&2 || true
    give_up "expected the unit to start; its last words are above"
  fi
}

for name in OPAMP_ENDPOINT OPAMP_RELEASE OPAMP_VERSION COLLECTOR_VERSION; do need "$name"; done
for name in OPAMP_ENDPOINT OPAMP_AUTHORIZATION COLLECTOR_CONFIG; do single_line "$name"; done
case $(uname -m) in
  x86_64) node_arch=x64 go_arch=amd64 ;;
  aarch64) node_arch=arm64 go_arch=arm64 ;;
  *) give_up "expected a processor of x86_64 or aarch64, found $(uname -m)" ;;
esac
if command -v dnf > /dev/null; then
  kind=rpm family=amazon_linux
elif command -v apt-get > /dev/null; then
  kind=deb family=ubuntu
  apt-get update
else
  give_up "expected dnf or apt-get, found neither"
fi

install_collector
install_supervisor
changed=no
write_settings
start
