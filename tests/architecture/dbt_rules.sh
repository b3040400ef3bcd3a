#!/usr/bin/env bash
# Parses the dbt project and holds it to the rules of dbt_project/dbt-bouncer.yml. Called by `make check`.
set -eu
repository="$(cd "$(dirname "$0")/../.." && pwd)"
bin="$repository/.venv/bin"
cd "$repository/dbt_project"
export COLUMNS=180 DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1
"$bin/dbt" --quiet parse --project-dir . --profiles-dir .
"$bin/dbt-bouncer" --config-file dbt-bouncer.yml
