"""Every Python file keeps the rules of ruff.toml."""
import subprocess
import sys
from pathlib import Path

STYLE = Path(__file__).resolve().parents[1] / "support" / "style.py"
sys.exit(subprocess.run([sys.executable, STYLE, "python"], check=False).returncode)
