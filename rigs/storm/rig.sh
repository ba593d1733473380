#!/usr/bin/env bash
# Kill -9, power cuts and two clerks at once, by the hundred: the real processes, counted tickets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec .venv/bin/pytest -q -n 2 --dist loadscope -m storm tests/system
