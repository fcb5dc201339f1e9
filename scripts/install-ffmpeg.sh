#!/usr/bin/env bash
# Installs ffmpeg and ffprobe with the system's package manager where they are missing. Says what it does; changes nothing else.
set -euo pipefail

if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "ffmpeg is missing, and installing it needs root. Run: apt-get install ffmpeg" >&2
    exit 1
  }
  as_root=(sudo -n)
fi

if command -v apt-get >/dev/null; then
  echo "Installing ffmpeg with apt-get." >&2
  "${as_root[@]}" apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends ffmpeg >&2 </dev/null
elif command -v dnf >/dev/null; then
  echo "Installing ffmpeg with dnf." >&2
  "${as_root[@]}" dnf install -y -q ffmpeg-free >&2 </dev/null
elif command -v brew >/dev/null; then
  echo "Installing ffmpeg with brew." >&2
  brew install --quiet ffmpeg >&2 </dev/null
else
  echo "ffmpeg is missing, and no known package manager was found. Install it from https://ffmpeg.org/download.html" >&2
  exit 1
fi
