#!/usr/bin/env bash
# Runs every test, the torch engine's too, against a real libtorch for the CPU. Needs the .NET SDK; installs what else the
# tests want where that is possible (ffmpeg with the system's package manager, libtorch from NuGet). What is missing
# still is skipped, with its reason.
#   scripts/test.sh [dotnet test arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/install-ffmpeg.sh || echo "Going on without ffmpeg; tests that need it are skipped." >&2
exec dotnet test --nologo "$@"
