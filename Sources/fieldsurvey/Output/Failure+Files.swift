import Foundation
import SurveyFiles
import SurveyModel

extension Failure {
  /// What is wrong with an office file or with what stands in it; nil for codes that are not of files.
  static func file(_ error: SurveyError) -> Text? {
    let details = error.details
    func of(_ key: String) -> String { details[key] ?? "?" }
    func list(_ key: String) -> String { of(key).split(separator: "\n").joined(separator: ", ") }
    switch error.code {
    case .importRefused:
      let most = error.problems.count
      let more = Int(of("count")).map { $0 > most } ?? false
      return Text(
        "文件有 \(of("count")) 处不能接受\(more ? ",先列出前 \(most) 处" : ""):",
        "The file cannot be taken, for \(of("count")) fault(s)\(more ? "; the first \(most) are" : ""):")
    case .tableEmpty: return Text("表格里没有记录:第一行是列名,其后每行一条。", "The table has no record: headings first, then a row each.")
    case .columnMissing: return Text("缺少“\(of("column"))”列", "the column \"\(of("column"))\" is missing")
    case .columnRepeated: return Text("与“\(of("other"))”列是同一项", "means the same as the column \"\(of("other"))\"")
    case .columnUnnamed: return Text("这一列没有列名(多了一个逗号?)", "the column has no heading (a comma too many?)")
    case .unitMissing: return Text("列名须注明单位:(元) 或 (万元)", "the heading must say its unit: (CNY) or (10k CNY)")
    case .unitUnknown: return Text("不认识单位“\(of("unit"))”", "the unit \"\(of("unit"))\" is not known here")
    case .unitMixed: return Text("格子里的单位与列名不同,请统一", "the cell has another unit than its heading")
    case .amountNegative: return Text("不能小于 0", "cannot be below 0")
    case .creditCodeImpossible:
      let problems = CreditCode.check(of("value")).problems.map(\.text)
      return Text(
        "不是信用代码:\(problems.map(\.zh).map(bare).joined(separator: ","))",
        "is no credit code: \(problems.map(\.en).map(bare).joined(separator: ", "))")
    case .rowRepeated: return Text("与第 \(of("other")) 行是同一条记录", "is the same record as row \(of("other"))")
    case .rowAmbiguous: return Text("与多条已有的记录相符:\(list("matches"))", "fits several records: \(list("matches"))")
    case .nameOfAnother:
      return Text(
        "按代码或编号是 \(of("id")),名称却是另一家 \(of("other")) 的,请核对", "is \(of("id")) by code or identifier, but carries the name of \(of("other"))")
    case .valueMissing where details["row"] != nil: return Text("不能为空", "must not be empty")
    case .valueInvalid where details["names"] != nil:
      return Text("不在可用的值之中:\(list("names"))", "is none of these: \(list("allowed"))")
    case .valueInvalid where details["row"] != nil: return Text("不是这一列可用的值", "is no value for this column")
    case .cellFormula: return Text("是公式,请改为数值(选择性粘贴)", "is a formula; paste its value instead")
    case .cellsMerged: return Text("是合并的单元格,请取消合并", "is merged cells; split them")
    case .cellError: return Text("是错误值", "is an error value")
    case .cellDigitsLost:
      return Text("按数字存放,15 位以后已丢失;请把该列设为文本后重新填写", "was kept as a number and lost its digits; make the column text and type it again")
    case .cellDateInvalid: return Text("不是有效的日期", "is no date of the calendar")
    case .fileTooLarge: return tooLarge(of("what"), of("limit"))
    case .fileGBK: return Text("文件是 GBK 编码,不是 UTF-8。", "The file is GBK, not UTF-8.")
    case .fileUTF16: return Text("文件是 UTF-16 编码(“Unicode 文本”),不是 UTF-8。", "The file is UTF-16 (\"Unicode text\"), not UTF-8.")
    case .csvMalformed:
      return Text("引号不成对或位置不对。", "a quote that is not closed, or in the wrong place.")
    case .workbookOld: return Text("这是旧格式(.xls)的工作簿。", "This is a workbook of the old form (.xls).")
    case .workbookEncrypted: return Text("工作簿有密码。", "The workbook has a password.")
    case .workbookMalformed:
      let part = details["part"].map { Text("(\($0))", " (\($0))") } ?? Text("", "")
      return Text("文件不是工作簿,或已损坏\(part.zh)。", "The file is no workbook, or it is damaged\(part.en).")
    case .sheetUnknown:
      return Text("没有工作表“\(of("sheet"))”;有:\(list("allowed"))", "There is no sheet \"\(of("sheet"))\"; there are: \(list("allowed"))")
    case .fileExists: return Text("\(of("path")) 已存在。", "\(of("path")) is there already.")
    case .notAFile: return Text("\(of("path")) 不是普通文件。", "\(of("path")) is no ordinary file.")
    case .fileUnwritable:
      let reason = Int32(of("errno")).map { String(cString: strerror($0)) } ?? "?"
      return Text("无法写入 \(of("path")):\(reason)。", "\(of("path")) cannot be written: \(reason).")
    case .sheetFull: return Text("“\(of("table"))”的内容超出一张工作表的容量。", "\(of("table")) is more than a sheet can hold.")
    default: return nil
    }
  }

  /// What to do about an office file.
  static func nextForFile(_ code: SurveyError.Code) -> Text? {
    switch code {
    case .importRefused: Text("改正以上各处后再试;加 --dry-run 可先试。", "Mend these, then try again; --dry-run tries first.")
    case .fileGBK, .fileUTF16, .notUTF8:
      Text("请在表格软件中另存为“CSV UTF-8”,或直接用 XLSX。", "Save it as \"CSV UTF-8\" in the spreadsheet, or use XLSX.")
    case .workbookOld: Text("请另存为 XLSX。", "Save it as XLSX.")
    case .workbookEncrypted: Text("请去掉密码后另存。", "Save it without the password.")
    case .notAFile: Text("请写出文件的完整路径。", "Name the file itself.")
    case .fileExists: Text("换一个文件名,或加 --force 覆盖。", "Choose another name, or replace it with --force.")
    default: nil
    }
  }

  /// The place of a fault in a table: `第 7 行“营业收入(万元)”列“-5”`.
  static func place(_ details: [String: String]) -> Text? {
    guard let row = details["row"] else { return nil }
    let column = details["column"].map { Text("“\($0)”列", ", column \"\($0)\"") } ?? Text("", "")
    let cell = details["cell"].map { Text("“\(shortened($0))”", ", \"\(shortened($0))\"") } ?? Text("", "")
    return Text("第 \(row) 行\(column.zh)\(cell.zh):", "row \(row)\(column.en)\(cell.en): ")
  }

  /// As much of a cell as a line shows.
  private static func shortened(_ cell: String) -> String { cell.count > 40 ? cell.prefix(39) + "…" : cell }

  /// A problem's text without the bullet that it has in a list.
  private static func bare(_ line: String) -> String { line.hasPrefix("  · ") ? String(line.dropFirst(4)) : line }

  private static func tooLarge(_ what: String, _ limit: String) -> Text {
    switch what {
    case "rows": Text("文件超过 \(limit) 行(含列名)。", "The file has more than \(limit) rows, the headings among them.")
    case "columns": Text("文件超过 \(limit) 列。", "The file has more than \(limit) columns.")
    case "unpackedBytes": Text("工作簿展开后超过 \(limit) 字节。", "The workbook unfolds to more than \(limit) bytes.")
    default: Text("文件超过 \(limit) 字节。", "The file has more than \(limit) bytes.")
    }
  }
}
