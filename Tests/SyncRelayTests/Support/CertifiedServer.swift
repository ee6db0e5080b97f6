import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import TestCertificates

/// A server with any certificate, which may let only those in who show one of an authority; it gives each the same answer.
struct CertifiedServer {
  static let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\nContent-Length: 1\r\nConnection: close\r\n\r\n\u{1}"

  private let channel: any Channel

  var port: Int { channel.localAddress?.port ?? 0 }

  init(_ certificate: TestCertificate, clients: TestAuthority? = nil) async throws {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.pem.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)))
    if let clients {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(clients.pem.utf8)))
    }
    // Up to 1.2 the handshake tells at once who is turned away.
    configuration.maximumTLSVersion = .tlsv12
    let context = try NIOSSLContext(configuration: configuration)
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        try channel.pipeline.syncOperations.addHandler(Answering())
      }
    }.bind(host: "127.0.0.1", port: 0).get()
  }

  func stop() async throws { try await channel.close() }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelReadComplete(context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: CertifiedServer.answer)), promise: nil)
      context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
