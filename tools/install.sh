#!/bin/sh
# Installs into .venv beside this file from the wheels beside it. Asks no network and no other package.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python@PYTHON@}

"$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")' 2>/dev/null || {
  echo "Нужен Python @PYTHON@. Если он стоит в другом месте: PYTHON=/путь/к/python ./install" >&2
  exit 1
}
# Debian keeps the pip of a venv in a package of its own, so pip runs from its wheel.
"$python" -m venv --without-pip --clear .venv
.venv/bin/python "$(echo wheels/pip-*.whl)/pip" install --isolated --quiet --no-index \
  --find-links wheels --require-hashes --requirement requirements-run.lock
PYTHONWARNINGS=ignore .venv/bin/python -m pip install --isolated --quiet --no-index --no-deps \
  --no-build-isolation --editable .
echo "Готово. Посмотреть: .venv/bin/workflow-app demo; работать: .venv/bin/workflow-app up"
