"""Every shell script is clean to the pinned shellcheck, style included."""
import subprocess
import sys
from pathlib import Path

STYLE = Path(__file__).resolve().parents[1] / "support" / "style.py"
sys.exit(subprocess.run([sys.executable, STYLE, "shell"], check=False).returncode)
