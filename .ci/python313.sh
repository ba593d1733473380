#!/usr/bin/env bash
# The fast tests on Python 3.13, where one that really starts is found. Its environment is apart: .venv313
set -euo pipefail
cd "$(dirname "$0")/.."
if .venv/bin/python -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 13))'; then exit 0; fi
python=""
for each in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3 /usr/local/bin/python3.13; do
  if "$each" -c 'import sys, venv, ensurepip; raise SystemExit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then python=$each; break; fi
done
if [ -z "$python" ]; then
  echo "Python 3.13: không có ở máy này / none on this machine that starts"
  exit 0
fi
made_from=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv313/.motcua-stamp 2>/dev/null)" != "$made_from" ]; then
  "$python" -m venv --clear .venv313
  .venv313/bin/pip install --quiet --require-hashes -r requirements.lock 2> >(grep -v 'is ignored: it is' >&2 || true)
  .venv313/bin/pip install --quiet --no-build-isolation --no-deps -e . 2> >(grep -v 'is ignored: it is' >&2 || true)
  printf '%s' "$made_from" >.venv313/.motcua-stamp
fi
echo "Python 3.13: $(.venv313/bin/python --version)"
PATH="$PWD/.venv313/bin:$PATH" .venv313/bin/python -m pytest -q -n 2 -p no:cacheprovider -m "not slow" tests/unit
