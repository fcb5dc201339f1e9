#!/usr/bin/env bash
# Installs Slurm's daemons and munge for the tests that run a cluster of one node; on Debian and Ubuntu, as root. The tests
# start their own daemons with their own configuration; none of the system's is needed.
set -euo pipefail

if command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v sbatch >/dev/null && command -v munged >/dev/null; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Slurm is missing, and is installed only by root with apt-get." >&2
  exit 1
fi
echo "Installing slurmctld, slurmd and munge with apt-get." >&2
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge >&2 </dev/null
