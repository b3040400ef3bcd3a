#!/usr/bin/env bash
# Prism (npm, versions and hashes in prism/package-lock.json) for the contract tests. Does nothing where it is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target="$here/../../.venv/prism"
if cmp -s "$here/prism/package-lock.json" "$target/installed-lock.json"; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "The contract tests need Node 18 or newer with npm: install it, then run \`make test\` again." >&2
    exit 1
fi
mkdir -p "$target"
cp "$here/prism/package.json" "$here/prism/package-lock.json" "$target/"
(cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
cp "$here/prism/package-lock.json" "$target/installed-lock.json"
