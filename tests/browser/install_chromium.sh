#!/usr/bin/env bash
# Chromium and Chinese fonts from the system's packages, for the browser journeys. Does nothing where they are there.
set -euo pipefail

if command -v chromium >/dev/null && fc-list ':lang=zh-cn' 2>/dev/null | grep -q .; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "The browser journeys need Chromium and a Chinese font, and this machine has no apt-get:" >&2
    echo "install the packages that hold \`chromium\` and Noto Sans CJK, then run \`make test\` again." >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "The browser journeys need Chromium: run \`apt-get install chromium fonts-noto-cjk\` as root." >&2
        exit 1
    fi
    as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
if ! "${as_root[@]}" apt-get update -qq || ! "${as_root[@]}" apt-get install -y -qq chromium fontconfig fonts-noto-cjk >/dev/null; then
    echo "apt-get could not install chromium and fonts-noto-cjk: its message stands above." >&2
    exit 1
fi
