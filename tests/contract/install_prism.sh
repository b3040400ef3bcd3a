#!/usr/bin/env bash
# Prism (npm, versions and hashes in prism/package-lock.json) and Shopify's official introspection (carried by an npm
# package, ISC licence) for the contract tests, into .venv/prism. Does nothing where they are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target="$here/../../.venv/prism"
schema_package="@shopify/dev-mcp@1.16.0"
schema_sum=f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593

if cmp -s "$0" "$target/installed.sh" && cmp -s "$here/prism/package-lock.json" "$target/installed-lock.json"; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "The contract tests need Node 18 or newer with npm: install it, then run \`make test\` again." >&2
    exit 1
fi
mkdir -p "$target"
cp "$here/prism/package.json" "$here/prism/package-lock.json" "$target/"
(cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
archive=$(cd "$target" && npm pack --silent "$schema_package")
tar -xzf "$target/$archive" -C "$target" --strip-components=3 package/dist/data/admin_2026-10.json.gz
rm "$target/$archive"
echo "$schema_sum  $target/admin_2026-10.json.gz" | sha256sum --check --quiet
cp "$here/prism/package-lock.json" "$target/installed-lock.json"
cp "$0" "$target/installed.sh"
