"""An agency's office: its adapter with the shipped profile, its spool, and cases of a forestry bureau (lcj) that writes CSV (forestry.yaml)."""
import csv
import io
import os
import subprocess

from case import *

COLUMNS = ("文种 发文字号 案卷号 成文日期 主送机关 案件题名 违法类型 涉嫌罪名 主要案情 线索来源 旗县区代码 地点 发现日期 报告日期 批准日期 批准人 批准人身份 执法人员 "
           "毁坏面积亩 立木蓄积 当事人 住所 物品 数量 附件文件 附件题名 附件种类").split()


FORESTRY = Path(__file__).with_name("forestry.yaml")


def forestry_case(number, attachment="", **changes):
    """A lawful REF.SEND of lcj, as forestry.yaml reads it."""
    row = dict(zip(COLUMNS, ("移送书", number, f"卷-{number}", "2026.6.8 10:40", "巴彦淖尔市公安局", "非法开垦草原案", "非法占用农用地（林地草原）", "非法占用农用地罪",
                             "张某开垦基本草原。", "卫片图斑", "150825", "潮格温都尔镇", "2026.5.24", "2026.6.7 9:00", "2026.6.7 14:30", "斯某", "局长", "阿某；其某",
                             "126.5", "8.4", "张某", "乌拉特后旗", "拖拉机", "1", attachment, "移送书" if attachment else "", "案件移送书" if attachment else "")))
    row.update(changes)
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode("gb18030")


class Office:
    """`bound`: the adapter runs without root's right to pass over permissions, so that they count."""

    def __init__(self, w, agency, profile=None, env=None, bound=False):
        self.w, self.agency, self.profile, self.env, self.spool = w, agency, profile or ROOT / "adapters" / "agencies" / agency / "profile.yaml", env, w.spool(agency)
        self.before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if bound and os.getuid() == 0 else []
        self.spool.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self):
        self.process = self.w.start_process(f"adapter-{self.agency}", [*self.before, self.w.bin / "ecocase-adapter", "run", "--agency", self.agency, "--profile", self.profile,
            "--spool", self.spool, "--kafka", self.w.kafka, "--schemas", self.w.schemas, "--clock", self.w.clock], env={**os.environ, **(self.env or {})})
        eventually(lambda: (self.spool / "outbox").is_dir() and (self.spool / ".status.json").exists(), 20, f"{self.agency}'s spool")

    def stop(self, how=None):
        self.w.stop_process(f"adapter-{self.agency}", **({"how": how} if how else {}))

    def log(self):
        return (self.w.folder / "log" / f"adapter-{self.agency}.log").read_text(encoding="utf-8")

    def put(self, name, content):
        """Whole at once, as a careful exporter does it. `name` may be bytes."""
        outbox = os.fsencode(self.spool / "outbox")
        with open(os.path.join(outbox, b".writing"), "wb") as f:
            f.write(content)
        os.rename(os.path.join(outbox, b".writing"), os.path.join(outbox, os.fsencode(name)))

    def names(self, folder):
        return sorted(os.listdir(self.spool / folder))

    def error(self, name):
        return json.loads((self.spool / "failed" / f"{name}.error").read_text())

    def failed(self, name, code, seconds=20):
        """The reason, once the file is in failed/ with it."""
        eventually(lambda: f"{name}.error" in self.names("failed") and name in self.names("failed"), seconds, f"{name} in failed/")
        error = self.error(name)
        assert error["code"] == code and error["zh"] and error["en"], error
        return error

    def sent(self, name, seconds=30):
        """The receipt beside what was sent."""
        eventually(lambda: f"{name}.receipt.json" in self.names("sent"), seconds, f"{name} sent and received")
        assert name in self.names("sent")
        return json.loads((self.spool / "sent" / f"{name}.receipt.json").read_text())

    def status(self):
        done = subprocess.run([self.w.bin / "ecocase-adapter", "status", "--spool", self.spool, "--json"], capture_output=True, text=True)
        return json.loads(done.stdout), done.returncode


def show(step, said):
    print(f"{step}: {said}", flush=True)
