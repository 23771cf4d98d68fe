/* See reason.h. The one table of reason codes. */
#include "wire/reason.h"

#define REASONS(X)                                                                                                     \
    /* bytes */                                                                                                        \
    X(FRAME_SHORT, "记录短于帧头（5 字节），请按 Confluent 格式发送", "the record is shorter than its 5-byte frame")   \
    X(FRAME_MAGIC, "记录首字节不是 0，请按 Confluent 格式发送",                                                        \
      "the record's first byte is not 0 (Confluent framing)")                                                          \
    X(SCHEMA_UNKNOWN, "模式编号不在目录中，请使用已发布的模式", "the schema id is not in the catalogue")               \
    X(AVRO_TRUNCATED, "记录内容不完整", "the record ends before its value does")                                       \
    X(AVRO_TRAILING, "记录末尾有多余字节", "bytes follow the end of the value")                                        \
    X(AVRO_DEPTH, "嵌套过深", "nested too deeply")                                                                     \
    X(AVRO_ITEMS, "数组或映射的项过多", "too many array or map items")                                                 \
    X(AVRO_LENGTH, "长度超出剩余字节", "a length exceeds what remains")                                                \
    X(AVRO_VARINT, "整数编码错误", "a malformed variable-length integer")                                              \
    X(AVRO_ENUM, "枚举值超出范围", "an enum value out of range")                                                       \
    X(AVRO_UNION, "联合分支超出范围", "a union branch out of range")                                                   \
    X(AVRO_BOOLEAN, "布尔值不是 0 或 1", "a boolean that is neither 0 nor 1")                                          \
    X(AVRO_UTF8, "文本不是合法的 UTF-8", "text that is not UTF-8")                                                     \
    X(TOO_LARGE, "内容过大；单个附件不得超过 2 GiB", "too large; one attachment may have 2 GiB")                       \
    X(ENVELOPE_UUID, "信封中的标识不是 UUID", "an id of the envelope is not a UUID")                                   \
    /* the lane */                                                                                                     \
    X(NO_KEY, "记录没有键；键必须是案件标识", "the record has no key; it must be the case id")                         \
    X(KEY_MISMATCH, "记录的键与信封中的案件标识不一致", "the key is not the envelope's case id")                       \
    X(WRONG_LANE, "案件标识与分区不符，请使用 murmur2_random 分区",                                                    \
      "the case id does not hash to this partition (murmur2_random)")                                                  \
    X(SENDER_NOT_OWNER, "发送单位不是本出口队列的单位，不得代他单位发送", "the sender does not own this outbox")       \
    X(UNKNOWN_RECIPIENT, "收件单位不在参与单位名录中", "the recipient is not in the directory")                        \
    X(NO_RECIPIENT, "没有收件单位", "no recipient")                                                                    \
    X(UNKNOWN_EVENT, "事件代码不在规则中", "the event is not in the rules")                                            \
    X(KIND_MISMATCH, "该事件不用这种记录类型", "this event does not travel in this record type")                       \
    X(NOT_IN_STATE, "移送的当前状态不允许此环节", "the referral's state does not allow this event")                    \
    X(NOT_PERMITTED, "发送单位的类别不得发送此环节", "the sender's role may not send this event")                      \
    X(NOT_COMPETENT, "该类案件不在单位职责范围内", "the category is outside the body's competence")                    \
    X(NOT_HOLDER, "发送单位不是本移送的相应当事单位",                                                                  \
      "the sender is not the party of the referral that may send this")                                                \
    X(WRONG_RECIPIENT, "收件单位不是依规则应当接收的单位", "the recipient is not the one the rules name")              \
    X(ID_CONFLICT, "同一消息标识已用于不同内容", "the message id was used before with other content")                  \
    X(REFERRAL_UNKNOWN, "没有此移送", "there is no such referral")                                                     \
    X(REFERRAL_EXISTS, "此移送已经存在", "the referral exists already")                                                \
    X(MISSING_FIELD, "缺少必填内容", "a required field is missing")                                                    \
    X(MISSING_REASON, "没有理由或理由代码不在规定之列", "a reason is missing or its code is not one of those allowed") \
    X(UNKNOWN_CATEGORY, "案件类别不在类别表中", "the category is not in the table")                                    \
    X(UNKNOWN_COUNTY, "行政区划代码不属于四市", "the county code is not in the four cities")                           \
    X(APPROVER_LEVEL, "须经县级以上公安机关负责人批准", "needs the approval of a county-level police head")            \
    X(INCOMPLETE_NOT_A_REASON, "材料不全不得作为退回理由，请发补正通知（程序规定180）",                                \
      "incomplete material is no reason to return a case; ask for supplements")                                        \
    X(TARGET_ORGAN, "须写明应当受理的机关", "the competent organ must be named")                                       \
    X(TOO_MANY, "数量超出限制", "more than the limit allows")                                                          \
    X(CALENDAR, "节假日历缺少该年度", "the holiday calendar lacks that year")                                          \
    X(RULES_VERSION, "本移送所依规则版本未装载，请将其放入 earlier/",                                                  \
      "the version of the rules under which the referral began is not loaded; put it into earlier/")                   \
    X(MISSING_DOCUMENT, "缺少必需的文书", "a document that is required is missing")                                    \
    X(DIGEST_MISMATCH, "附件与所载的大小或摘要不符",                                                                   \
      "an attachment is not of the size or SHA-256 that the paper gives")                                              \
    X(CLOCK_NOT_RUNNING, "相应期限未在计时，不能为此环节", "the limit this event speaks of is not running")            \
    X(CLOCK_STILL_RUNNING, "相应期限尚未终止，须先作出决定",                                                           \
      "a limit is still running; the decision it waits for comes first")                                               \
    X(NOT_OVERDUE, "期限尚未届满，不能以逾期为由", "the limit has not run out, so nothing is overdue")                 \
    X(TOO_LATE, "已超过法定期限", "the limit for this step has run out")                                               \
    /* joint operations */                                                                                             \
    X(OPERATION_KIND, "行动种类不在规则所列之中，或与立项时不同",                                                      \
      "the kind of operation is not in the rules, or not the one planned")                                             \
    X(NOT_LEAD, "牵头单位须为发送单位", "the lead named is not the sender; whoever leads sends it")                    \
    X(WINDOW_ORDER, "时间先后不对：结束须晚于起始，答复截止须晚于文书时间",                                            \
      "times out of order: an end before its start, or an answer due before the paper")                                \
    X(NOT_INVITED, "发送单位未受邀参加本行动", "the sender was not invited to this operation")                         \
    X(NOT_ACCEPTED, "发送单位未接受本行动的邀请", "the sender has not accepted the invitation")                        \
    X(ANSWER_AWAITED, "受邀单位尚未答复，且答复期限未满",                                                              \
      "an invited body has not answered, and its limit has not run out")                                               \
    X(NOBODY_ACCEPTED, "没有单位接受邀请", "nobody has accepted")                                                      \
    X(NO_PENALTY_POWER, "联动执法须有行政执法机关参加（处罚权）", "enforcement needs a body with the power to punish") \
    X(ALREADY_REPORTED, "本单位已经报送过，每单位只报一次", "the sender has reported already; each reports once")      \
    X(REPORT_AWAITED, "参战单位尚未报送；期满后可汇总，但须列明逾期单位",                                              \
      "a body has not reported; after the limit it may be left out by naming it as overdue")                           \
    X(FOLLOW_UP_MISSING, "有发现已转为案件，须列明后续文号", "findings led to cases whose numbers are not named")      \
    X(LEADS_TO, "转为何种程序不在规则之中（REF、REV、DET、JUR、COO、CLU）",                                            \
      "no such procedure to lead to (REF, REV, DET, JUR, COO, CLU)")                                                   \
    X(COUNT_RANGE, "数量为负或过大，请核对", "a number below zero or too large; check it")                             \
    X(NOTHING_SERVED, "所引文号没有待人工送达的文书", "no paper of that number waits to be served by hand")            \
    /* clues: handling */                                                                                              \
    X(UNKNOWN_SOURCE, "线索来源不在来源表中", "the source of the clue is not in the rules")                            \
    X(UNKNOWN_AREA, "区域代码不在区域表中", "the area is not in the rules")                                            \
    X(EXPIRY_MISSING, "此处理限制必须载明有效期", "this handling needs an expiry")                                     \
    X(EXPIRY_PAST, "处理限制的有效期已过，请改正", "the expiry of the handling has passed already; correct it")        \
    X(CLUE_EXPIRED, "线索已过有效期，不得转送，也不得据以移送立案；请商原单位重新确定有效期（CLU.HANDLING）",          \
      "the clue has expired: nothing may be sent onward or started from it; ask the originator for a new expiry "      \
      "(CLU.HANDLING)")                                                                                                \
    X(ONWARD_CONSENT, "原单位控制（ORCON）的线索，未经原单位同意（CLU.CONSENT）不得转送当事单位以外的单位",            \
      "originator controlled (ORCON): nothing goes beyond the parties without the originator's consent (CLU.CONSENT)") \
    X(START_CONSENT, "仅供参考（NO_ACTION）的线索，未经原单位同意（CLU.CONSENT）不得据以移送立案",                     \
      "for information only (NO_ACTION): no case may be started from it without the originator's consent "             \
      "(CLU.CONSENT)")                                                                                                 \
    X(HANDLING_DIFFERS, "转送所载的处理限制须与原单位所定一致，有效期不得更长",                                        \
      "the handling must be as the originator set it, and the expiry no later")                                        \
    /* alerts by clock */                                                                                              \
    X(CLOCK_WARNING, "期限将届，请及时办理", "the term is about to end: act in time")                                  \
    X(CLOCK_OVERDUE, "期限已届满，已超期", "the term has ended: overdue")                                              \
    X(CLOCK_ESCALATION, "超期后仍未办理，请监督督促", "still not done after the term: for supervision")                \
    X(CLOCK_CORRECTION, "更正：文书在期限内作出，前发超期提醒作废",                                                    \
      "correction: done in time, the overdue alert is withdrawn")                                                      \
    /* remarks: never block */                                                                                         \
    X(LEVEL_MISMATCH, "提示：批准人级别与规定不符", "remark: the approver's level differs from the rule")              \
    X(CLOCK_SKEW, "提示：文书时间与到达时间相差超过 24 小时",                                                          \
      "remark: document time and arrival differ by more than 24 h")                                                    \
    X(DECLARED_MISSING, "提示：材料不全，应在 24 小时内通知补正",                                                      \
      "remark: papers are missing; a supplement notice is due within 24 h")                                            \
    X(ID_DIVISION_UNKNOWN, "提示：身份证号码的地址码历年均不是四市的区划代码，请核对",                                 \
      "remark: the identity number's address code has never been one of the four cities; check it")                    \
    X(NUMBER_FORM, "提示：文号不是“机关代字〔年份〕序号号”的形式，请核对",                                             \
      "remark: the document number is not of the usual form; check it")                                                \
    X(CASE_NUMBER_FORM, "提示：公安案件编号应为 23 位，请核对",                                                        \
      "remark: a police case number has 23 characters; check it")                                                      \
    X(COORDINATE_SYSTEM_MISSING, "提示：未写明坐标系（CGCS2000、GCJ-02 等）",                                          \
      "remark: the coordinates' reference system is not said")                                                         \
    X(COORDINATE_PAIR, "提示：经度、纬度应同时填写", "remark: longitude and latitude go together")                     \
    X(COORDINATE_REGION, "提示：坐标不在案发地所属城市范围内，请核对",                                                 \
      "remark: the place lies outside of the case's city; check it")                                                   \
    X(EARLIER_PENALTY, "提示：当事人此前因同类违法受过行政处罚",                                                       \
      "remark: the party was penalised before for the same kind of act")                                               \
    X(FOLLOW_UP_UNKNOWN, "提示：台账中没有由本行动产生、文号如此的案件，请核对",                                       \
      "remark: the ledger knows no case of this number that grew out of the operation; check it")                      \
    X(MORE_FINDINGS, "提示：有误的标识较多，其余未一一列出",                                                           \
      "remark: there are more wrong identifiers than are listed")                                                      \
    /* identifiers: an adapter stops the file; the broker accepts, and names them in the receipt */                    \
    X(ID_NUMBER_FORM, "身份证号码应为 18 位半角数字（末位可为 X）或旧 15 位，请核对",                                  \
      "an identity number has 18 digits (the last may be X), old ones 15; check it")                                   \
    X(ID_NUMBER_DIVISION, "身份证号码前两位不是省级区划代码，请核对",                                                  \
      "an identity number begins with a province's code; check it")                                                    \
    X(ID_NUMBER_DATE, "身份证号码中的出生日期不存在或晚于文书日期，请核对",                                            \
      "the birth date in the identity number does not exist or is after the paper; check it")                          \
    X(ID_NUMBER_CHECK, "身份证号码校验位不符（GB 11643），请核对",                                                     \
      "the identity number's check digit is wrong; check it")                                                          \
    X(CREDIT_CODE_FORM, "统一社会信用代码应为 18 位数字或大写字母（无 I、O、S、V、Z），请核对",                        \
      "a credit code has 18 digits or capitals (no I, O, S, V, Z); check it")                                          \
    X(CREDIT_CODE_CHECK, "统一社会信用代码校验位不符（GB 32100），请核对",                                             \
      "the credit code's check character is wrong; check it")                                                          \
    X(DIVISION_FORM, "行政区划代码应为六位数字（GB/T 2260）", "a division code has six digits (GB/T 2260)")            \
    X(DIVISION_UNKNOWN, "四市历年均无此行政区划代码，请核对",                                                          \
      "none of the four cities has ever had this division code; check it")                                             \
    X(DIVISION_CLOSED, "该行政区划代码在当年已停用或尚未启用，请改用现行代码",                                         \
      "the division code was not in use in that year; give the one in use")                                            \
    X(COORDINATE_RANGE, "经纬度超出范围，请核对是否颠倒或误填平面坐标",                                                \
      "not degrees of longitude and latitude; exchanged, or metres of a projection?")                                  \
    X(COORDINATE_SYSTEM, "坐标系不在所列之中，请写 CGCS2000、GCJ-02、WGS84、BD-09、西安80 或 北京54",                  \
      "an unknown reference system; give CGCS2000, GCJ-02, WGS84, BD-09, XIAN80 or BEIJING54")                         \
    X(AMOUNT_RANGE, "金额不得为负，也不得超过一千亿元，请核对",                                                        \
      "an amount is not negative and not beyond 100 000 million yuan")                                                 \
    X(LACKS_DOCUMENT, "提示：缺少文书，须补正", "remark: a document is lacking and has to be supplied")                \
    X(LACKS_FIELD, "提示：缺少应载明的内容，须补正", "remark: something that the paper should say is lacking")         \
    X(AWAITS_OTHER_SIDE, "提示：须双方签收，等待对方文书",                                                             \
      "remark: both sides sign; the other side's paper is awaited")                                                    \
    X(ITEM_DIFFERS, "提示：双方清单不一致", "remark: the two sides' lists of items differ")                            \
    /* adapters */                                                                                                     \
    X(UNKNOWN_FORMAT, "文件名不属于本单位配置的格式，请核对扩展名或配置的 files",                                      \
      "the file name belongs to no format of this profile; check its extension, or the profile's files")               \
    X(UNKNOWN_MESSAGE, "无法判断文书种类，请核对文件中的文书种类，或在配置的 messages 中补充",                         \
      "the profile cannot tell which kind of message this is; correct the paper's kind, or add it to the profile's "   \
      "messages")                                                                                                      \
    X(ENCODING, "文件编码与配置不符，请按配置的编码另存，或修改配置的 encoding",                                       \
      "the file is not in the profile's encoding; save it in that encoding, or correct the profile")                   \
    X(FILE_KIND, "文件其实是另一种格式，请按说明另存后再送",                                                           \
      "the file is of another kind than the profile reads; save it anew as told")                                      \
    X(CSV_SYNTAX, "CSV 格式错误，请在所示行列改正后重新提交",                                                          \
      "malformed CSV; correct it where shown and submit it again")                                                     \
    X(XML_SYNTAX, "XML 格式错误，请在所示行列改正后重新提交",                                                          \
      "malformed XML; correct it where shown and submit it again")                                                     \
    X(JSON_SYNTAX, "JSON 格式错误，请在所示行列改正后重新提交",                                                        \
      "malformed JSON; correct it where shown and submit it again")                                                    \
    X(FIXED_SYNTAX, "定长文本格式错误，请核对所示行列的列宽后重新提交",                                                \
      "malformed fixed-width text; check the widths where shown and submit it again")                                  \
    X(DBF_SYNTAX, "DBF 格式错误，请在所示记录与字段改正后重新提交",                                                    \
      "malformed DBF; correct the record and field shown and submit it again")                                         \
    X(XLSX_SYNTAX, "XLSX 格式错误，请在所示单元格改正后重新提交",                                                      \
      "malformed XLSX; correct the cell shown and submit it again")                                                    \
    X(XML_SCHEMA, "XML 不符合模式（XSD），请按模式改正",                                                               \
      "the XML does not conform to its schema (XSD); correct it where shown")                                          \
    X(FIELD_MISSING, "缺少必填字段，请补填后重新提交", "a required field is missing; fill it in and submit again")     \
    X(FIELD_DATE, "日期格式不正确或没有这一天，请按 2024-03-05、2024年3月5日 等写法或配置的 date 填写",                \
      "not a date in any of the accepted forms, or no such day; write it as 2024-03-05, or as the profile's date "     \
      "says")                                                                                                          \
    X(FIELD_NUMBER, "数字格式不正确，请只填数字", "not a number; give digits only")                                    \
    X(FIELD_CODE, "代码不在对照表中，请改正，或在配置的 tables 中补充",                                                \
      "the code is not in the profile's table; correct it, or add it to the profile's tables")                         \
    X(FIELD_CONFLICT, "同一内容有两个不同的值，请只保留一个", "two different values where there can be one; keep one") \
    X(FIELD_FILE_NAME, "附件名不是单纯的文件名，请去掉目录",                                                           \
      "an attachment's name is not a plain file name; drop the folder")                                                \
    X(SEVERAL_CASES, "一个文件只能有一个案件，请分成几个文件", "one file is one case; make a file of each")            \
    X(FIELD_AMOUNT, "金额格式不正确，请填 1234.56、1,234.56、￥1234.56 或 1.2万元 等",                                 \
      "not an amount; write 1234.56 or 1,234.56, in the unit of the column or with its own beside it")                 \
    X(MISSING_ATTACHMENT, "案件文件所列附件未到，请将附件与案件文件一并重新提交",                                      \
      "an attachment named by the case file did not arrive; submit it together with the case file")                    \
    X(UNCLAIMED, "没有案件文件引用此附件，请在案件文件中写明附件名，一并重新提交",                                     \
      "no case file names this attachment; name it in a case file and submit both")                                    \
    X(CITATION_MISSING, "答复没有引用对方文号，请填来文文号",                                                          \
      "an answer must cite the other side's document number; fill it in")                                              \
    X(CITATION_UNKNOWN, "所引文号未见于往来文书，请核对来文文号",                                                      \
      "the cited number is not known here; compare it with the paper received")                                        \
    X(CITATION_AMBIGUOUS, "所引文号对应多件移送，请另加案件编号或改引其他文号",                                        \
      "the cited number belongs to several referrals; cite another one, or the case number besides")                   \
    X(ALREADY_SENT, "同一文件已经发送，不必再送；如有更正，请改正内容后再送",                                          \
      "this very file was sent before, and need not be again; if it is a correction, correct its content")             \
    X(FILE_CHANGED, "文件在读取时被修改，请写完后再放入",                                                              \
      "the file changed while it was read; put it there when it is written whole")                                     \
    X(FILE_READ, "文件无法读取，请检查是否存在、是否为普通文件及读权限",                                               \
      "the file cannot be read; check that it exists, is a plain file and may be read")                                \
    X(FILE_WRITE, "文件无法写入，请检查磁盘空间与目录权限",                                                            \
      "a file cannot be written; check disk space and permissions")                                                    \
    X(DISK_FULL, "磁盘空间不足，附件无法存放，请清理磁盘", "no room on the disk for an attachment; free some")         \
    X(CHUNKS_MALFORMED, "附件的分块信息有误，请对方重发附件",                                                          \
      "what the record says of an attachment's chunks cannot be; ask the sender to send it again")                     \
    X(CHUNKS_EXPIRED, "附件的分块已过保存期或已被删除，请对方以补充材料重发附件",                                      \
      "the attachment's chunks have expired or were deleted; ask the sender to send it again as a supplement")         \
    X(CHUNK_MISSING, "附件缺少分块，请对方以补充材料重发附件",                                                         \
      "a chunk of the attachment is missing; ask the sender to send it again as a supplement")                         \
    X(CHUNK_CORRUPT, "附件的分块已损坏，请对方以补充材料重发附件",                                                     \
      "a chunk of the attachment is damaged; ask the sender to send it again as a supplement")                         \
    X(CONTENT_GONE, "对方请求重发附件，但 sent/ 中已无此内容；请以补充材料重发",                                       \
      "a recipient wants an attachment again that sent/ no longer holds; send it as a supplement")                     \
    X(CHUNKS_MISMATCH, "附件与其摘要（SM3、SHA-256）不符，请对方以补充材料重发附件",                                   \
      "the attachment does not have the digests (SM3, SHA-256) it should; ask the sender to send it again as a "       \
      "supplement")                                                                                                    \
    X(SEAL_KEY, "密封举报人信息的密钥文件（.reporter.key）无法使用，请从备份恢复",                                     \
      "the key file for sealed reporters (.reporter.key) cannot be used; restore it from a backup")                    \
    X(JOURNAL, "适配器日志库暂时无法使用，请检查磁盘空间，并关闭占用它的其他程序",                                     \
      "the adapter's journal cannot be used for now; make room on its disk and close whatever else has it open")       \
    X(JOURNAL_DAMAGED,                                                                                                 \
      "适配器日志库已损坏，请从备份恢复；没有备份时，将它与旁边的 -wal、-shm "                                         \
      "一并移走后重启：已发文件再放入会被识别，收件会再投递一次",                                                      \
      "the adapter's journal is damaged; restore it from a backup, or, without one, move it and its -wal and -shm "    \
      "away and restart: what was sent is recognised when dropped again, what came is delivered once more")            \
    X(JOURNAL_SCHEMA, "适配器日志库不是本版本所建，请用建立它的版本或更新的版本；如误放了别的文件，请从备份恢复",      \
      "the adapter's journal was not made by this version; use the one that made it, or a newer one, or, if another "  \
      "file was put in its place, restore it from a backup")                                                           \
    X(JOURNAL_UNREADABLE, "适配器日志库无法打开，请让适配器的用户能读写此文件、旁边的 -wal、-shm 及所在目录",          \
      "the adapter's journal cannot be opened; let the adapter's user read and write it, its -wal and -shm, and "      \
      "their folder")                                                                                                  \
    X(KAFKA_UNREACHABLE, "无法连接 Kafka，请检查地址与网络；恢复后自动续传",                                           \
      "Kafka is not reachable; check address and network. All that waits is sent when it is")                          \
    X(SUBMISSION_RACE, "同一消息同时到达", "the same submission arrived in two lanes at once")                         \
    X(LANE_LOST, "泳道已由其他实例接管", "another instance has taken the lane")                                        \
    X(WRONG_WORLD, "Kafka 集群或偏移与台账不符", "Kafka's cluster or offsets are not those of the ledger")             \
    /* HTTP */                                                                                                         \
    X(HTTP_UNAUTHORIZED, "没有有效的 API 密钥或客户端证书，请向适配器管理员索取",                                      \
      "no valid API key or client certificate; ask whoever runs the adapter")                                          \
    X(HTTP_NOT_FOUND, "没有此地址或标识", "there is nothing at this address or of this id")                            \
    X(HTTP_METHOD, "此地址不接受该方法，见 Allow 头", "this address does not take that method; see the Allow header")  \
    X(HTTP_REQUEST, "请求有误，请按说明改正", "the request is malformed; correct it as told")                          \
    X(HTTP_GONE, "该文件已从收件目录取走", "the file has been taken from the inbox already")                           \
    X(HTTP_RANGE, "所请求的字节范围超出文件", "the range asked for lies beyond the file")                              \
    X(HTTP_STALLED, "适配器主循环没有响应", "the adapter's engine gives no sign of life")                              \
    X(HTTP_LISTEN, "无法监听该地址，请检查端口与证书", "cannot listen there; check the port and the certificates")     \
    X(IDEMPOTENCY_KEY, "缺少 Idempotency-Key 头（1 至 255 个可见 ASCII 字符）",                                        \
      "the Idempotency-Key header is missing (1 to 255 printable ASCII characters)")                                   \
    X(IDEMPOTENCY_CONFLICT, "同一 Idempotency-Key 已用于不同内容，请换新键",                                           \
      "this Idempotency-Key was used for other content; take a new one")                                               \
    X(QUEUE_FULL, "待发队列已满，请稍后用同一键重试", "the queue is full; try again later with the same key")          \
    /* the agency's own tables */                                                                                      \
    X(TABLE_DOWN, "单位数据库无法连接或暂不可用，恢复后自动继续",                                                      \
      "the agency's database cannot be reached or is busy; it goes on by itself")                                      \
    X(TABLE_SQL, "数据库中的表或权限不符，请由管理员重新执行 table-setup",                                             \
      "tables or grants are not as they should be; run table-setup again")                                             \
    X(TABLE_DATA, "数据库无法保存或读出此值", "the database cannot hold or give this value")                           \
    X(TABLE_PARTS, "附件分片不全：应从 1 起连续编号，并与 size 相符，且不与 content 并用",                             \
      "parts of an attachment are numbered 1 to n, as large as size says, without content")                            \
    X(TABLE_ROW_GONE, "该行在读取前已被删除或改为他用",                                                                \
      "the row was deleted, or became another's, before it was read")                                                  \
    X(TABLE_CONFLICT, "同一 id 已用于不同内容，先前的内容有效；请用新 id",                                             \
      "this id was used for other content, which stands; take a new id")                                               \
    /* 应移未移 */                                                                                                     \
    X(THRESHOLD_MET, "提示：事实已达到追诉标准，应当移送公安机关；逾期未移送将报司法局",                               \
      "hint: the facts meet the threshold of a crime; refer the case to the police, else the justice bureau is told")  \
    X(NEAR_THRESHOLD, "提示：接近追诉标准或有应当审查的情形，请核查是否涉嫌犯罪",                                      \
      "hint: near the threshold of a crime, or something to be looked at; check whether a crime is suspected")         \
    X(WATCH, "提示：该罪名无数额标准，请逐案审查是否涉嫌犯罪", "hint: this offence has no number; look at each case")  \
    X(UNREFERRED, "应移未移：事实已达到追诉标准，作出决定后未在期限内移送公安机关",                                    \
      "should have been referred: the facts meet the threshold of a crime, and no referral followed the decision in "  \
      "time")                                                                                                          \
    X(PENALTY_INSTEAD, "提示：批准移送后又对同一事实作出处罚（以罚代移）",                                             \
      "hint: a penalty after the referral was approved (a penalty in its place)")                                      \
    X(FINE_DURING_REFERRAL, "提示：移送后、公安机关处理前对同一事实罚款",                                              \
      "hint: a fine on the same fact while the police have the case")                                                  \
    X(CRIME_SUSPECTED, "事实已达到追诉标准，应按涉嫌犯罪移送，不得以行政拘留代替",                                     \
      "the facts meet the threshold of a crime: refer the case instead")                                               \
    X(UNIT_LEVEL, "提示：旗县区机构向市级机关发文，级别不对应",                                                        \
      "remark: a unit of a banner or district writes to a body of the city; the levels differ")                        \
    X(FACT_NAME, "提示：该量化事实没有规范名称，照原样传送，不作比较",                                                 \
      "remark: this fact has no canonical name; it travels as it is and is not compared")                              \
    X(DUPLICATE_REFERRAL, "提示：同一案件同一罪名已有移送，请核对是否重复",                                            \
      "remark: the case has a referral of this category already; check whether this is the same")                      \
    X(FACT_UNIT, "提示：量化事实的单位与规范不符，未作比较",                                                           \
      "remark: a fact in another unit than the canonical one is not compared")                                         \
    X(FACT_CODE, "提示：量化事实的代码不在规范之内，未作比较",                                                         \
      "remark: a fact with a code that is not canonical is not compared")                                              \
    X(FACT_VALUE, "提示：量化事实的取值有误，未作比较", "remark: a fact with a value that cannot be is not compared")  \
    /* settings: directory, rules, profiles */                                                                         \
    X(SETTINGS_SYNTAX, "不是合法的 YAML，请按所示行列改正", "not well-formed YAML; see the line and column")           \
    X(SETTINGS_EMPTY, "配置文件为空", "the settings file is empty")                                                    \
    X(SETTINGS_DEPTH, "配置嵌套过深（最多 16 层）", "settings nested too deeply (16 levels at most)")                  \
    X(SETTINGS_ALIAS, "配置中不得使用别名（*），请写出全文", "aliases (*) are not allowed in settings; write it out")  \
    X(SETTINGS_ANCHOR, "配置中不得使用锚点（&），请删去", "anchors (&) are not allowed in settings; remove it")        \
    X(SETTINGS_TAG, "配置中不得使用标签（!），请删去", "tags (!) are not allowed in settings; remove it")              \
    X(SETTINGS_KEY, "配置的键必须是普通文本", "a key of the settings must be plain text")                              \
    X(SETTINGS_DUPLICATE, "配置中有重复的键、编号或代号，请保留一个",                                                  \
      "a key, number or name stands twice in the settings; keep one")                                                  \
    X(SETTINGS_MISSING, "配置缺少必需的键", "a required key is missing from the settings")                             \
    X(SETTINGS_TYPE, "配置的值不是所要求的类型或范围",                                                                 \
      "a value of the settings is not of the kind or range asked for")                                                 \
    X(SETTINGS_UNKNOWN, "配置中有未知的键，请检查拼写", "the settings have a key nobody knows; check its spelling")    \
    X(SETTINGS_CLOCK, "时限只有起算而无停止的环节，请补充", "a clock is started and never stopped; add what stops it") \
    X(SETTINGS_DEAD_END, "规则中有无法离开的状态，请补充转移或标明为终态",                                             \
      "a state of the rules cannot be left; add a transition or mark it final")                                        \
    X(SETTINGS_UNREACHABLE, "规则中有无法到达的状态，请补充转移或删去",                                                \
      "a state of the rules cannot be reached; add a transition or remove it")                                         \
    X(SETTINGS_UNUSED, "规则中有无人使用的代码，请使用或删去",                                                         \
      "a word of the rules that nothing uses; use it or take it out")                                                  \
    X(INTERNAL, "内部错误，请联系运维", "internal error, tell the operator")

#define ENTRY(code, zh, en) {#code, zh, en},
static const struct reason reasons[] = {REASONS(ENTRY)};

size_t reason_count(void) { return sizeof reasons / sizeof reasons[0]; }
const struct reason *reason_at(size_t index) { return &reasons[index]; }

const struct reason *reason_find(const char *code) {
    for (size_t i = 0; i < reason_count(); i++) {
        if (strcmp(reasons[i].code, code) == 0) return &reasons[i];
    }
    return &reasons[reason_count() - 1];
}
