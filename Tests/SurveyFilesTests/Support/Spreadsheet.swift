import Foundation
import Testing

/// Another reader of workbooks than ours: Python's own archives and XML.
enum Spreadsheet {
  struct Sheet: Decodable {
    let name: String
    /// The cells by their names, `B7`: text, and numbers as they are written down.
    let cells: [String: String]
    let isFrozen: Bool
    let formulas: Int
  }

  static func read(_ path: String) throws -> [Sheet] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try JSONDecoder().decode([Sheet].self, from: data)
  }

  private static let script = """
    import json, sys, zipfile, xml.etree.ElementTree as xml
    main = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
    book = zipfile.ZipFile(sys.argv[1])
    assert book.testzip() is None
    shared = []
    if 'xl/sharedStrings.xml' in book.namelist():
        shared = [''.join(t.text or '' for t in si.iter(main + 't')) for si in xml.fromstring(book.read('xl/sharedStrings.xml'))]
    sheets = []
    for number, sheet in enumerate(xml.fromstring(book.read('xl/workbook.xml')).iter(main + 'sheet'), 1):
        part = xml.fromstring(book.read(f'xl/worksheets/sheet{number}.xml'))
        cells = {}
        for cell in part.iter(main + 'c'):
            value = cell.find(main + 'v')
            if cell.get('t') == 'inlineStr':
                cells[cell.get('r')] = ''.join(t.text or '' for t in cell.iter(main + 't'))
            elif value is not None:
                cells[cell.get('r')] = shared[int(value.text)] if cell.get('t') == 's' else value.text
        frozen = any(pane.get('state') == 'frozen' and pane.get('ySplit') == '1' for pane in part.iter(main + 'pane'))
        sheets.append({'name': sheet.get('name'), 'cells': cells, 'isFrozen': frozen, 'formulas': len(list(part.iter(main + 'f')))})
    print(json.dumps(sheets))
    """
}
