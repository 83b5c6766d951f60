#!/usr/bin/env bash
# Writes one archive that installs and runs without a network, on machines and with a Python like
# this one: its name tells which. The folder to write it into may be given; dist/ otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
target=${1:-dist}

version=$($python -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
python_needed=$($python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
name=workflow-app-$version-python$python_needed-$(uname -s | tr A-Z a-z)-$(uname -m)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target" "$work/$name/wheels"

# The Python over there may be an older patch release, so what only those need comes along.
sed 's/ ; python_full_version[^\\]*//' requirements-run.lock >"$work/everything.lock"
$python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --require-hashes --requirement "$work/everything.lock" --dest "$work/$name/wheels"

tar --exclude=__pycache__ -cf - requirements-run.lock pyproject.toml README.md CHANGELOG.md LICENSE \
  SECURITY.md celery_worker.py document_templates workflow_app workflows | tar -xf - -C "$work/$name"
sed "s/@PYTHON@/$python_needed/g" tools/install.sh >"$work/$name/install"
chmod 755 "$work/$name/install"

tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$target/$name.tar.gz" -C "$work" "$name"
(cd "$target" && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
