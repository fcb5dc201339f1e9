#!/usr/bin/env bash
# Downloads the public EPIC-KITCHENS-100 annotation files at a pinned commit and checks every one against the digests in
# data/epic-kitchens-100-annotations.sums. Run it again to resume: what is there and right is kept.
#
#   scripts/get-annotations.sh [FOLDER]      default: data/epic
#
# Environment:
#   ANNOTATIONS_URL    where the files lie, without the file name; default: the official repository at the commit
#   ANNOTATIONS_SUMS   another list of digests, in the same format
#
# Exit code: 0 all files are there and right; 1 something could not be had; 2 bad usage.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1:-}" in
  -h | --help)
    sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  -*)
    echo "'$1' is not an option. Usage: scripts/get-annotations.sh [FOLDER]" >&2
    exit 2
    ;;
esac
if [ $# -gt 1 ]; then
  echo "Found $# folders, expected one. Usage: scripts/get-annotations.sh [FOLDER]" >&2
  exit 2
fi
folder=${1:-$root/data/epic}
sums=${ANNOTATIONS_SUMS:-$root/data/epic-kitchens-100-annotations.sums}
commit=$(awk '$1 == "commit" { print $2 }' "$sums")
url=${ANNOTATIONS_URL:-https://raw.githubusercontent.com/epic-kitchens/epic-kitchens-100-annotations/$commit}

sha() { # sha BITS: digest of stdin
  if command -v sha256sum >/dev/null; then "sha$1sum" | cut -d' ' -f1; else shasum -a "$1" | cut -d' ' -f1; fi
}

digest_of() { # digest_of ALGORITHM FILE
  case $1 in
    sha256) sha 256 <"$2" ;;
    git-blob) { printf 'blob %d\0' "$(wc -c <"$2")" && cat "$2"; } | sha 1 ;;
    *)
      echo "$sums: '$1' is not a kind of digest (sha256, git-blob)." >&2
      exit 2
      ;;
  esac
}

is_right() { [ -f "$3" ] && [ "$(digest_of "$1" "$3")" = "$2" ]; } # is_right ALGORITHM DIGEST FILE

download() { # download FILE TARGET: goes on where TARGET ends
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --retry 3 --connect-timeout 20 --continue-at - --output "$2" "$url/$1"
  elif command -v wget >/dev/null; then
    wget --quiet --tries=3 --timeout=20 --continue --output-document="$2" "$url/$1"
  else
    echo "Neither curl nor wget is installed. Run: apt-get install curl" >&2
    return 1
  fi
}

get() { # get ALGORITHM DIGEST FILE
  local target=$folder/$3 part=$folder/$3.part
  if is_right "$1" "$2" "$target"; then
    echo "kept        $3"
    return 0
  fi
  if [ -e "$target" ]; then
    echo "$target is there and is not the published file (its $1 digest differs from $2). Move it away, then run this again." >&2
    return 1
  fi

  # A rest of an earlier download is continued; when that does not make the right file, it is fetched afresh once.
  if [ -s "$part" ] && ! is_right "$1" "$2" "$part"; then
    download "$3" "$part" 2>/dev/null || true
  fi
  if ! is_right "$1" "$2" "$part"; then
    rm -f "$part"
    download "$3" "$part" || {
      echo "$3 could not be downloaded from $url/$3." >&2
      return 1
    }
  fi
  if ! is_right "$1" "$2" "$part"; then
    echo "$3 from $url has the $1 digest $(digest_of "$1" "$part"), expected $2. It is left as $part for a look." >&2
    return 1
  fi
  mv "$part" "$target"
  echo "downloaded  $3"
}

mkdir -p "$folder"
missing=0
while read -r algorithm digest file; do
  get "$algorithm" "$digest" "$file" || missing=$((missing + 1))
done < <(grep -Ev '^(#|commit |$)' "$sums")

if [ "$missing" -gt 0 ]; then
  echo "$missing of the files could not be had. Run this again to go on." >&2
  exit 1
fi
echo "All files are in $folder and are the published ones (commit ${commit:0:7}; CC BY-NC 4.0, see license.txt)."
