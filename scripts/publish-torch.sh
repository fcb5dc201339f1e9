#!/usr/bin/env bash
# Publishes the tool with the torch stack: scripts/publish-torch.sh [torch-cuda|torch-cpu] [FOLDER] [dotnet publish arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stack=${1:-torch-cuda}
output=${2:-out/$stack}
shift $(($# < 2 ? $# : 2))
case $stack in
  torch-cuda | torch-cpu) ;;
  *) echo "usage: scripts/publish-torch.sh [torch-cuda|torch-cpu] [FOLDER] [dotnet publish arguments]" >&2; exit 2 ;;
esac

dotnet publish src/LLaVAction.Cli -c Release -p:Stack="$stack" -o "$output" --nologo "$@"
echo "$output/llavaction is ready; '$output/llavaction doctor' shows what it finds."
