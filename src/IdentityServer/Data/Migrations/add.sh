#!/usr/bin/env bash
# Adds a migration for both databases after the model changed: bash src/IdentityServer/Data/Migrations/add.sh NAME
set -euo pipefail
name=${1:?"usage: add.sh NAME"}
cd "$(dirname "$0")/../../../.."
export DesignTime=true
dotnet tool restore
for provider in Sqlite Postgres; do
  dotnet ef migrations add "$name" --project src/IdentityServer --context "${provider}DbContext" \
    --output-dir "Data/Migrations/$provider"
done
