"""What an agency's IT staff gets wrong in its first hour is told in Chinese and English with what to do, by exit 1 (a mistake in a file) or 2 (of the call)."""
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(sys.argv[1]) / "bin" / "ecocase-adapter"
PROFILE = (ROOT / "adapters" / "agencies" / "nm" / "profile.yaml").read_text(encoding="utf-8")


def wrong(code, remedies, *call, folder=ROOT):
    done = subprocess.run([ADAPTER, *call], cwd=folder, capture_output=True, timeout=20)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == code, (call, done.returncode, said)
    for remedy in remedies:
        assert remedy in said, (call, remedy, said)


def main():
    with tempfile.TemporaryDirectory(prefix="ecocase-首次-") as folder:
        profile = Path(folder) / "农牧局 配置.yaml"

        def saved(content, *remedies):
            profile.write_bytes(content)
            wrong(1, remedies, "check", profile)
        saved(PROFILE.encode("gb18030"), "1:", "另存为 UTF-8", "save the file as UTF-8")
        saved(PROFILE.encode("utf-16"), "另存为 UTF-8")
        saved(PROFILE.replace("\n    fields:", "\n\tfields:").encode(), "用空格", "not by tabs")
        saved(PROFILE.replace("agency: nm", "agency：nm").encode(), "冒号请用半角", "not full-width")
        saved(PROFILE.replace("agency: nm", "agency: 巴彦淖尔市农牧局").encode(), ":2:9:", "write the slug: nm")
        saved(PROFILE.replace("encoding: GB18030", "encoding: GBK").encode(), "UTF-8, GB18030", "takes GBK")
        saved(PROFILE.replace("kind: csv", "kind: CSV").encode(), "one of: csv, xml")
        profile.write_text(PROFILE, encoding="utf-8")
        wrong(2, ["--schemas", "没有这个文件"], "check", profile, folder=folder)
        wrong(1, ["give its slug, nm"], "new", "巴彦淖尔市农牧局")
        wrong(1, ["no such folder", "--spool is the folder"], "status", "--spool", Path(folder) / "没有")
        wrong(1, ["no adapter has ever run here"], "status", "--spool", folder)
        run = ["run", "--agency", "nm", "--profile", profile, "--schemas", "schemas"]
        for kafka in ("", "kafka:99999", "kafka:", ":9092", "kafka：9092", "a:1，b:2", ", ", "a: 1", "http://kafka:9092/x"):
            wrong(1, ["HOST:PORT", "plain ASCII"], *run, "--spool", Path(folder) / "spool", "--kafka", kafka)
        (Path(folder) / "other.yaml").write_text((ROOT / "adapters" / "agencies" / "sthj" / "profile.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        wrong(1, ["belongs to another agency than sthj"], "run", "--agency", "sthj", "--profile", Path(folder) / "other.yaml", "--schemas", "schemas",
              "--spool", Path(folder) / "spool", "--kafka", "127.0.0.1:1")
        for name, make, code, remedies in (
                ("garbage", lambda j: j.write_bytes(b"ecocase" * 2000), "damaged", ["从备份恢复", "restore it from a backup", "-wal"]),
                ("shape", lambda j: sqlite3.connect(j).execute("CREATE TABLE submission(id TEXT)").connection.close(),
                  "not made by this version", ["建立它的版本", "the one that made it"]),
                ("place", lambda j: j.mkdir(), "cannot be opened", ["读写此文件", "read and write it"])):
            spool = Path(folder) / name
            spool.mkdir()
            make(spool / ".journal.sqlite")
            wrong(1, [str(spool / ".journal.sqlite"), code, *remedies], *run, "--spool", spool, "--kafka", "127.0.0.1:1")
    print("what was wrong was told with its remedy")


main()
