import Foundation
import Glibc
import WeightStore

/// Signatures made and checked by `ssh-keygen -Y`, as git's.
struct SSHSigner {
  /// Keeps signatures of other programs from counting here.
  static let namespace = "wgit-certificate"

  private let program: String

  /// Only absolute folders of PATH are searched: a program named `ssh-keygen` in the working folder must not run.
  init() throws {
    let folders = (Environment.variable("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    guard let found = folders.map({ String($0) + "/ssh-keygen" }).first(where: { access($0, X_OK) == 0 }) else {
      throw CommandError(.notFound, "ssh-keygen is not on the PATH", hint: "apt-get install openssh-client")
    }
    program = found
  }

  /// - Parameter key: a private key's file, or the public key of one that ssh-agent holds.
  func sign(_ message: [UInt8], key: String) throws -> DSSEEnvelope.Signature {
    guard access(key, R_OK) == 0 else {
      throw CommandError(.notFound, "cannot read the key '\(key)'", hint: "make one: ssh-keygen -t ed25519")
    }
    let folder = try TemporaryFolder()
    let file = try folder.file("message", message)
    let result = try run(["-Y", "sign", "-f", key, "-n", Self.namespace, file])
    guard result.status == 0, let signature = FileManager.default.contents(atPath: "\(file).sig") else {
      throw CommandError(
        .permission, "ssh-keygen did not sign", details: result.lines,
        hint: "a key with a passphrase is taken from ssh-agent: ssh-add \(Terminal.escape(key))")
    }
    return DSSEEnvelope.Signature(keyID: try fingerprint(key) ?? "", bytes: Array(signature))
  }

  /// Who of `allowedSigners` signed the message; nil if nobody.
  func signer(of message: [UInt8], _ signature: [UInt8], allowedSigners: String) throws -> String? {
    let folder = try TemporaryFolder()
    let file = try folder.file("signature", signature)
    let data = try folder.file("message", message)
    let principals = try run(["-Y", "find-principals", "-s", file, "-f", allowedSigners])
    guard principals.status == 0 else { return nil }
    return try principals.lines.first { principal in
      try run(
        ["-Y", "verify", "-f", allowedSigners, "-I", principal, "-n", Self.namespace, "-s", file], input: data
      ).status == 0
    }
  }

  /// `SHA256:…`.
  private func fingerprint(_ key: String) throws -> String? {
    let words = try run(["-l", "-f", key]).lines.first?.split(separator: " ") ?? []
    return words.count > 1 ? String(words[1]) : nil
  }

  private func run(_ arguments: [String], input: String = "/dev/null") throws -> (status: Int32, lines: [String]) {
    let process = try ChildProcess(
      program, arguments, environment: ChildProcess.inheritedEnvironment(), piped: [STDOUT_FILENO, STDERR_FILENO],
      input: input)
    var lines: [String] = []
    _ = process.wait(stoppingWhen: { false }) { _, line in
      if lines.count < 100 { lines.append(line) }
    }
    if case .exited(let status)? = process.ending { return (status, lines) }
    return (-1, lines)
  }
}
