#!/usr/bin/env bash
# Assembles the ROM of tiny86: boot.rom, and for the tests boot.sym with the addresses of faults.
# Needs nasm. Usage: build.sh [DIRECTORY]; without one the checked-in files are replaced.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=resources/org/pagestamp/example/tiny86
rom=${1:-$here/../$package}
symbols=${1:-$here/../../test/$package}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
  echo "[map symbols $work/boot.map]"
  echo '%include "boot.asm"'
} > "$work/main.asm"
nasm -f bin -I "$here/" -o "$rom/boot.rom" "$work/main.asm"
sed -nE 's/^ *([0-9A-F]+ +)?0*([0-9A-F]+) +(f[0-9]*_[a-z0-9_]+)$/\3 0x\2/p' "$work/boot.map" \
  | LC_ALL=C sort > "$symbols/boot.sym"
