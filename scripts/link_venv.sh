#!/bin/sh
# Put this checkout into its virtual environment: the package by a path file, the `dengbu` command by a small script.
# (An editable pip install would need a build backend, which Debian's venv does not ship, from outside the lock.)
set -eu
cd "$(dirname "$0")/.."
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$PWD/src" > "$site/dengbu.pth"
cat > .venv/bin/dengbu <<'SCRIPT'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m dengbu.project.cli "$@"
SCRIPT
chmod +x .venv/bin/dengbu
