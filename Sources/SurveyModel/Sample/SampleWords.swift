/// Invented names and sentences. Every name begins with 示例, so that none can be taken for a real one.
enum SampleWords {
  static let mark = "示例"

  static let brands = Array("岚拓翎衡澜珏昱霁曜铎璟沅骁禾鲲屿榕砺澍驰恺钧蔚峤沐朔湛筠楷瀚旌皓玥琮棠煜翊臻晟铂汐泓岑峥弈珩")

  static func trade(_ sector: SubSector, _ source: inout SampleSource) -> (trade: String, code: String, products: String) {
    switch sector {
    case .electronicDevices:
      source.pick([
        ("光电", "3976", "光电传感器件"), ("显示科技", "3974", "液晶显示模组"), ("半导体", "3972", "功率分立器件"), ("照明电子", "3975", "半导体照明器件"),
        ("电子器件", "3979", "厚膜电子器件"),
      ])
    case .powerEquipment:
      source.pick([
        ("电气", "3823", "低压成套开关设备"), ("变压器", "3821", "干式变压器"), ("电力电子", "3824", "变频功率模块"), ("电容器", "3822", "电力电容器"),
        ("光伏设备", "3825", "光伏逆变器"),
      ])
    case .medical:
      source.pick([
        ("医疗器械", "3581", "监护仪器"), ("口腔科技", "3582", "口腔种植耗材"), ("康复器材", "3586", "康复辅具"), ("医用材料", "2770", "医用敷料"),
        ("检验设备", "3583", "消毒灭菌设备"),
      ])
    case .aircraftMaintenance: ("航空维修", "4343", "航空部件维修")
    case .apparelFood: source.pick([("服饰", "1811", "运动服装"), ("食品", "1439", "烘焙食品")])
    case .other: source.pick([("机械", "3484", "机械零部件"), ("橡塑", "2927", "塑料制品"), ("五金", "3311", "金属结构件"), ("新材料", "2659", "合成材料")])
    }
  }

  static let states: [BusinessLink: [String]] = [
    .rd: ["图纸由 CAD 绘制,版本靠文件名区分", "设计资料存放在共享盘,未建立标准件库", "研发与工艺之间用纸质流转单"],
    .production: ["计划由计划员用表格排定,插单时靠电话协调", "关键设备已联网,产量由班组长手工汇总", "质量记录为纸质,追溯一批次需半天"],
    .operations: ["财务软件独立运行,与业务数据不通", "审批仍走纸质单据", "经营分析每月由财务手工汇总"],
    .purchaseSales: ["采购询价用即时通信工具,供应商档案不全", "订单用表格登记,发货后再补录", "库存账实差异每月盘点时才发现"],
    .chainCollab: ["与上下游以电话和邮件沟通交期", "客户要求在线查询进度,尚不能提供", "未接入链主企业的协同平台"],
  ]

  static let problems: [BusinessLink: [String]] = [
    .rd: ["设计变更不能及时传到车间", "重复设计多,缺少知识沉淀", "样品周期长"],
    .production: ["设备状态不透明,停机原因难以统计", "在制品积压,交期达成率低", "不良品原因分析滞后"],
    .operations: ["成本核算滞后一个月", "各部门数据口径不一", "缺少数字化专职人员"],
    .purchaseSales: ["呆滞物料占用资金", "缺料停线时有发生", "客户信用没有记录"],
    .chainCollab: ["供应商质量数据不能共享", "需求预测与供应商脱节", "没有统一的标识解析应用"],
  ]

  static let needs: [BusinessLink: [String]] = [
    .rd: ["建设产品数据管理系统,统一图纸版本", "引入仿真工具,缩短样品周期"],
    .production: ["部署制造执行系统,采集关键工序数据", "关键设备联网并监测效率", "引入机器视觉质检"],
    .operations: ["业务财务一体化", "建立经营数据看板"],
    .purchaseSales: ["上线供应商协同与库存预警", "客户订单全流程在线跟踪"],
    .chainCollab: ["接入链主企业的供应链协同平台", "应用工业互联网标识解析"],
  ]

  static let surnames = Array("林陈黄张李王吴刘蔡杨许郑谢郭洪曾周叶庄苏")
  static let givenNames = Array("明华丽芳伟强敏静磊洋艳娜勇杰涛超霞平刚桂")

  static func person(_ source: inout SampleSource) -> String {
    String(source.pick(surnames)) + String(source.pick(givenNames)) + (source.chance(60) ? String(source.pick(givenNames)) : "")
  }

  static let parks = ["火炬高新区", "湖里创新园", "集美机械工业集中区", "同安工业集中区", "海沧生物医药港", "翔安火炬园"]
}
