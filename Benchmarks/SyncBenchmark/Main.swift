import GRDB
@main struct Main { static func main() {} }
