#!/usr/bin/env bash
# Installs what some tests want and nothing else needs: Chromium, to open the report in, zsh, to complete in, and strace, to see
# what is synced. On Debian, as root. (Ubuntu's Chromium is a snap, which containers cannot run: there, and elsewhere, install one yourself.)
set -euo pipefail

missing=()
command -v chromium || command -v chromium-browser || command -v google-chrome || missing+=(chromium fonts-dejavu-core)
command -v zsh || missing+=(zsh)
command -v strace || missing+=(strace)
[ "${#missing[@]}" -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get || ! grep -q '^ID=debian' /etc/os-release; then
  echo "Missing, and installed only by root with Debian's apt-get: ${missing[*]}" >&2
  exit 1
fi
echo "Installing with apt-get: ${missing[*]}" >&2
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 </dev/null
