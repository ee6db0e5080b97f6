package import SyncCore

/// Takes packs: each is fetched whole, proven by its digest, and committed in one transaction before the next is asked for. What is cut off
/// goes on with the next exchange: by what is then still missing, and within a pack where it was.
package struct PackFetch {
  private let source: any PackSource
  /// Of how many scopes has nothing to be here for packs to be asked for.
  let leastScopes: Int

  package init(_ source: any PackSource, leastScopes: Int = Limits.scopesForPacks) {
    self.source = source
    self.leastScopes = leastScopes
  }

  /// Takes the packs of some scopes. Whatever is the matter with one, but a link that is cut, what it would have brought is pulled.
  /// - Returns: what is held then of the scopes that were in them, and what was not taken.
  /// - Throws: ``TransportError`` for a cut.
  func take(_ scopes: [ScopeID], into replica: Replica) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    var held: [ScopeID: ScopeHoldings] = [:]
    var refused: [Refusal] = []
    let cut = CutPack(folder: replica.attachments.folder)
    do {
      for pack in try source.packs(of: scopes) {
        guard let batch = try fetch(pack, cut) else { continue }
        // An issuer of ours has judged what is in it. Without their word each changeset is judged here, as of a pull.
        let isVouchedFor = replica.configuration.trust?.vouches(for: pack, codec: .standard) ?? false
        let (now, not) = try replica.store(
          batch.fragments, omissions: batch.omissions, rejections: batch.rejections, statements: batch.statements,
          isVouchedFor: isVouchedFor)
        for holdings in now { held[holdings.scope] = holdings }
        refused += not
      }
    } catch let error as TransportError where !error.isCut {
      // A relay that knows no packs, or one of which the packs were made anew meanwhile.
    }
    cut.drop()
    return (Array(held.values), refused)
  }

  /// - Returns: nil for what is not the pack that was named.
  private func fetch(_ pack: Pack, _ cut: CutPack) throws -> ChangeBatch? {
    var bytes = cut.begun(pack)
    var isMoving = true
    while bytes.count < pack.bytes {
      do {
        let piece = try source.read(pack: pack.digest, at: bytes.count)
        guard piece.total == pack.bytes, !piece.bytes.isEmpty, bytes.count + piece.bytes.count <= pack.bytes else { return nil }
        bytes += piece.bytes
        isMoving = true
      } catch let error as TransportError where error.isCut {
        // Once more from there: the link may only have lost its breath.
        guard isMoving else {
          cut.keep(bytes, of: pack)
          throw error
        }
        isMoving = false
      }
    }
    let codec = Codec.standard
    guard codec.digest(bytes) == pack.digest,
      case .changes(let fragments, let omissions, let rejections, let statements, _)? = try? ExchangeResponse(decoding: bytes, codec: codec)
    else { return nil }
    return ChangeBatch(fragments: fragments, omissions: omissions, rejections: rejections, statements: statements)
  }
}
