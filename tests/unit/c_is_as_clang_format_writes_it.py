"""Every .c and .h is as the pinned clang-format writes it (.clang-format)."""
import subprocess
import sys
from pathlib import Path

STYLE = Path(__file__).resolve().parents[1] / "support" / "style.py"
sys.exit(subprocess.run([sys.executable, STYLE, "c"], check=False).returncode)
