import Foundation
import SurveyModel

/// Sites as GeoJSON (RFC 7946): WGS 84, longitude first.
enum GeoJSON {
  static func bytes(_ sites: [MappedSite]) throws -> [UInt8] {
    try canonical(Collection(features: sites.map(Feature.init))) + [UInt8(ascii: "\n")]
  }

  private struct Collection: Encodable {
    let type = "FeatureCollection"
    let features: [Feature]
  }

  private struct Feature: Encodable {
    struct Point: Encodable {
      let type = "Point"
      let coordinates: [Decimal]
    }

    let type = "Feature"
    let id: String
    let geometry: Point
    let properties: MappedSite.Properties

    init(_ site: MappedSite) {
      id = site.properties.id
      // Decimals, because a binary fraction would show as 118.12299999999999.
      geometry = Point(coordinates: [site.longitudeMicro, site.latitudeMicro].map { Decimal($0) / 1_000_000 })
      properties = site.properties
    }
  }
}

/// A value as JSON in the one form that is compared and digested: keys sorted, nothing between, UTF-8 as it is.
func canonical(_ value: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return Array(try encoder.encode(value))
}
