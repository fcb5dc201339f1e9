#!/usr/bin/env bash
# Runs every test, the torch engine's too, against a real libtorch for the CPU. Needs the .NET SDK; installs what else the
# tests want where that is possible: ffmpeg, Slurm, Chromium, zsh and strace with the system's package manager, libtorch from NuGet.
# Tests that still lack something are skipped, with the reason.
#   scripts/test.sh [dotnet test arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/install-ffmpeg.sh || echo "Going on without ffmpeg; tests that need it are skipped." >&2
if bash scripts/install-slurm.sh; then
  export LLAVACTION_SLURM=1 # a cluster of one node, which the tests start and end
else
  echo "Going on without Slurm; tests that need it are skipped." >&2
fi
bash scripts/install-test-tools.sh >/dev/null || echo "Going on without them; tests that need them are skipped." >&2
exec dotnet test --nologo "$@"
