"""Case files as three real agencies write them, by the profiles of adapters/agencies: nm CSV (GB18030, one case in several rows), scjg XML (GB18030,
a namespace), sthj JSON (UTF-8). One case of about 1 KB or about 100 KB: a large one has many parties, goods, papers and measurements
and a long account of the facts, as a large case does, not one long field. `files(kind, size, count)` gives {name: bytes}, each another case."""
import csv
import io
import json
import random
from xml.sax.saxutils import escape, quoteattr

AGENCIES = {"csv": "nm", "xml": "scjg", "json": "sthj"}
SIZES = ("1 KB", "100 KB")
NAMES, GIVEN, THINGS = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高", "建国志强丽华明伟秀英桂兰海燕永军", ["可视锚鱼器", "射鱼枪", "地笼网", "柴油发电机", "冷藏箱"]
SENTENCES = ["经现场勘查，当事人未取得许可，于禁渔期在禁渔区内使用禁用工具作业。", "执法人员当场查获渔获物及作业工具，并依法先行登记保存。",
             "经检测机构检验，货物不符合国家标准，货值金额已经价格认定机构认定。",
             "监测数据显示化学需氧量超标四点二倍，氨氮超标三点一倍。", "当事人对上述事实供认不讳，有询问笔录、现场照片和视听资料为证。"]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# how many of each a case has: (parties, goods, papers, measurements, sentences)
PARTS = {("csv", "1 KB"): (2, 2, 1, 0, 1), ("xml", "1 KB"): (1, 1, 1, 0, 1), ("json", "1 KB"): (1, 1, 1, 1, 1),
         ("csv", "100 KB"): (130, 225, 40, 0, 2), ("xml", "100 KB"): (230, 480, 60, 0, 60), ("json", "100 KB"): (160, 330, 60, 130, 60)}


def id_number(rnd):
    digits = f"150802{rnd.randint(1950, 2004)}{rnd.randint(1, 12):02d}{rnd.randint(1, 28):02d}{rnd.randint(0, 999):03d}"
    return digits + "10X98765432"[sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(digits)) % 11]


def credit_code(rnd):
    body = "91150800" + "".join(rnd.choice(ALPHABET) for _ in range(9))
    return body + ALPHABET[(31 - sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31]


def party(rnd):
    if rnd.random() < 0.3:
        return {"organisation": True, "name": f"河套{rnd.choice(NAMES)}氏商贸有限公司{rnd.randint(1, 999)}", "id": credit_code(rnd), "sex": "", "role": "供货单位"}
    return {"organisation": False, "name": rnd.choice(NAMES) + "".join(rnd.sample(GIVEN, 2)), "id": id_number(rnd), "sex": rnd.choice("男女"), "role": "涉案人员"}


def case(kind, size, nth):
    parties, goods, papers, measured, sentences = PARTS[kind, size]
    rnd = random.Random(f"{kind} {size} {nth}")
    return {"number": f"〔2026〕{nth + 1}号", "case": f"BN2026-{nth + 1:06d}", "title": f"{rnd.choice(NAMES)}某某等人涉嫌违法一案", "place": "乌梁素海东岸",
            "day": rnd.randint(1, 28), "fine": f"{rnd.randint(1, 9000)}.{rnd.randint(10, 99)}", "weight": f"{rnd.randint(1, 900)}.5",
            "summary": "".join(rnd.choice(SENTENCES) for _ in range(sentences)), "officers": ["王某", "赵某"],
            "parties": [party(rnd) | {"address": f"临河区团结路{rnd.randint(1, 400)}号", "phone": f"138{rnd.randint(0, 99999999):08d}"} for _ in range(parties)],
            "goods": [{"name": rnd.choice(THINGS), "count": str(k + 1), "feature": f"编号{rnd.randint(100000, 999999)}", "kept": "渔政仓库"} for k in range(goods)],
            "papers": [{"title": f"询问笔录{k + 1}", "number": f"笔录{k + 1}号"} for k in range(papers)],
            "measured": [{"name": f"监测点{k + 1}", "value": rnd.randint(1, 9999) / 100} for k in range(measured)]}


def write_csv(c):
    whole = {"文书类型": "移送书", "文号": "巴农移送" + c["number"], "案件编号": c["case"], "案件名称": c["title"], "案由": "非法捕捞水产品罪", "案件来源": "日常执法发现",
             "主送单位": "巴彦淖尔市公安局", "移送日期": f"2026年6月{c['day']}日", "发现时间": "2026年5月20日 9时30分", "报告日期": "2026年5月30日", "批准日期": "2026年5月31日",
             "批准人": "李某", "批准人职务": "正职", "行政区划": "150823", "案发地点": c["place"], "案情摘要": c["summary"], "承办人": "、".join(c["officers"]),
             "已缴罚款": c["fine"], "渔获物重量": c["weight"]}
    out = io.StringIO()
    columns = [*whole, "当事人类型", "当事人姓名", "证件类型", "证件号码", "性别", "住址", "电话", "物品名称", "物品数量", "物品特征", "存放地点", "附件名称", "附件类型"]
    rows = csv.DictWriter(out, columns, restval="")
    rows.writeheader()
    for k in range(max(len(c["parties"]), len(c["goods"]), len(c["papers"]))):
        row = dict(whole)
        if k < len(c["parties"]):
            p = c["parties"][k]
            row |= {"当事人类型": "单位" if p["organisation"] else "个人", "当事人姓名": p["name"],
                    "证件类型": "统一社会信用代码" if p["organisation"] else "居民身份证", "证件号码": p["id"],
                    "性别": p["sex"], "住址": p["address"], "电话": p["phone"]}
        if k < len(c["goods"]):
            g = c["goods"][k]
            row |= {"物品名称": g["name"], "物品数量": g["count"] + "件", "物品特征": g["feature"], "存放地点": g["kept"]}
        if k < len(c["papers"]):
            row |= {"附件名称": c["papers"][k]["title"], "附件类型": "案情报告"}
        rows.writerow(row)
    return out.getvalue().encode("gb18030")


def element(name, text, attributes=()):
    return f"<sj:{name}{''.join(f' {k}={quoteattr(v)}' for k, v in attributes if v)}>{escape(text)}</sj:{name}>"


def write_xml(c):
    head = [element("文号", "巴市监移送" + c["number"]), element("落款时间", f"2026-06-{c['day']:02d}T10:00:00"), element("收文机关", "巴彦淖尔市公安局")]
    body = [element("案件名称", c["title"]), element("案由", "生产销售伪劣产品"), element("违法事实", c["summary"]), element("案件来源", "JC"), element("区划", "150802"),
            element("违法行为地", c["place"]), element("发现时间", "2026-05-20T09:30:00"), "<sj:办案人员>", *[element("姓名", o) for o in c["officers"]], "</sj:办案人员>",
            element("已缴款万元", c["fine"]), "<sj:货值>", element("重量千克", c["weight"]), "</sj:货值>", "<sj:审批 级别=\"Z\">", element("负责人", "李某"),
            element("报告时间", "2026-05-30T09:00:00"), element("批准时间", "2026-05-31T15:00:00"), "</sj:审批>"]
    for p in c["parties"]:
        body += [f'<sj:当事人 性质="{"市场主体" if p["organisation"] else "自然人"}" 身份="{p["role"]}">', element("名称", p["name"]),
                 element("代码", p["id"], [("种类", "统一社会信用代码" if p["organisation"] else "身份证号")]),
                 element("住所", p["address"]), element("电话", p["phone"]), "</sj:当事人>"]
    goods = [element("物", "", [("名称", g["name"]), ("数量", g["count"]), ("单位", "件"), ("规格", g["feature"]), ("存放", g["kept"])]) for g in c["goods"]]
    papers = [element("材料", "", [("类型", "其他材料")]).replace("></", ">" + element("名称", p["title"]) + element("编号", p["number"]) + "</") for p in c["papers"]]
    text = (f'<?xml version="1.0" encoding="GB18030"?>\n<sj:执法文书 xmlns:sj="urn:example:scjg:case:2"><sj:文书头 类型="涉嫌犯罪案件移送书">{"".join(head)}</sj:文书头>\n'
            f'<sj:案件信息 案号="{c["case"]}">{"".join(body)}<sj:财物>{"".join(goods)}</sj:财物><sj:证据材料>{"".join(papers)}</sj:证据材料></sj:案件信息></sj:执法文书>\n')
    return text.encode("gb18030")


def write_json(c):
    record = {"案号": c["case"], "案件名称": c["title"], "涉嫌罪名": "污染环境罪", "违法事实": c["summary"],
              "案件来源": "日常执法检查", "行政区划代码": "150802", "案发地点": c["place"],
              "经度": 107.4, "纬度": 40.75, "坐标系": "CGCS2000", "发现时间": "2026-05-20 09:30",
              "执法人员": c["officers"], "已缴罚款": float(c["fine"]), "危险废物重量": c["weight"],
              "移送报告时间": "2026-05-30 09:00", "批准移送时间": "2026年5月31日", "批准人": "李某", "批准人职务": "正职负责人",
              "当事人": [{"类型": "单位" if p["organisation"] else "自然人", "名称": p["name"],
                          "证件类型": "统一社会信用代码" if p["organisation"] else "居民身份证", "证件号码": p["id"], "地址": p["address"],
                       "电话": p["phone"], "身份": p["role"]} | ({"性别": p["sex"]} if p["sex"] else {}) for p in c["parties"]],
              "涉案物品": [{"名称": g["name"], "数量": g["count"], "单位": "件", "特征": g["feature"], "存放地点": g["kept"]} for g in c["goods"]],
              "监测数据": [{"指标": m["name"], "数值": m["value"], "单位": "mg/L"} for m in c["measured"]],
              "附件": [{"名称": p["title"], "种类": "案件调查报告", "文号": p["number"]} for p in c["papers"]]}
    letter = {"类型": "涉嫌犯罪案件移送书", "文号": "巴环移送" + c["number"], "日期": f"2026-06-{c['day']:02d} 10:00", "主送": ["巴彦淖尔市公安局"]}
    return json.dumps({"文书": letter, "案件": record}, ensure_ascii=False).encode()


def files(kind, size, count):
    write = {"csv": write_csv, "xml": write_xml, "json": write_json}[kind]
    return {f"移送{nth + 1:05d}.{kind}": write(case(kind, size, nth)) for nth in range(count)}


if __name__ == "__main__":
    for kind, size in PARTS:
        print(kind, size, len(files(kind, size, 1)[f"移送00001.{kind}"]))
