extension ReportPage {
  /// The style sheet: fonts by the names that Windows, macOS and Linux know them by, and what printing on A4 needs.
  static let style = """

    :root { color-scheme: light; }
    body { margin: 0 auto; max-width: 186mm; padding: 8mm; color: #222; background: #fff; font-size: 10.5pt; line-height: 1.6;
      font-family: "SimSun", "宋体", "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", serif; }
    h1, h2, h3, th, .subject, svg { font-family: "SimHei", "黑体", "Heiti SC", "Noto Sans CJK SC", "Source Han Sans SC",
      "WenQuanYi Zen Hei", sans-serif; font-weight: normal; }
    h1 { font-size: 26pt; letter-spacing: 0.1em; margin: 0 0 12mm; }
    h2 { font-size: 15pt; margin: 9mm 0 3mm; padding-bottom: 1mm; border-bottom: 1.2pt solid #1f4e8c; }
    h3 { font-size: 12pt; margin: 5mm 0 2mm; }
    h2, h3 { break-after: avoid; }
    p { margin: 2mm 0; overflow-wrap: anywhere; }
    header { text-align: center; padding: 35mm 0 20mm; }
    .subject { font-size: 18pt; margin-bottom: 20mm; }
    .warning { display: inline-block; border: 1.2pt solid #b03010; color: #b03010; padding: 1mm 6mm; }
    table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 2mm 0 4mm; }
    th, td { border: 0.6pt solid #777; padding: 1.2mm 1.8mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
    th { background: #eef2f7; }
    .grid { font-size: 9pt; line-height: 1.45; }
    .grid th { text-align: center; }
    thead { display: table-header-group; }
    tr { break-inside: avoid; }
    .cover { width: 130mm; margin: 25mm auto 0; }
    .cover th { width: 42mm; }
    .center { text-align: center; }
    .right { text-align: right; }
    .missing { color: #777; }
    .note { font-size: 9pt; color: #555; }
    .alert { border-left: 3pt solid #b03010; background: #fdf1ec; padding: 1.5mm 3mm; }
    figure { margin: 3mm 0; text-align: center; break-inside: avoid; }
    svg { max-width: 100%; height: auto; }
    .signatures { display: flex; gap: 8mm; margin-top: 8mm; break-inside: avoid; }
    .signatures div { flex: 1; border: 0.6pt solid #777; padding: 3mm; min-height: 38mm; display: flex; flex-direction: column;
      justify-content: space-between; }
    .date { text-align: right; }
    @page { size: A4; margin: 20mm 18mm;
      @bottom-center { content: "第 " counter(page) " 页　共 " counter(pages) " 页"; font-size: 9pt; color: #555; } }
    @media print {
      body { max-width: none; padding: 0; }
      header { break-after: page; }
      th, .alert { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}
