#!/usr/bin/env bash
# Shows the whole tool on the bundled synthetic kitchen; installs ffmpeg first where it is missing.
#   scripts/demo.sh [OUTPUT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || "$here/scripts/install-ffmpeg.sh"
exec dotnet run --project "$here/src/LLaVAction.Cli" -c Release -- demo --output "${1:-llavaction-demo}"
