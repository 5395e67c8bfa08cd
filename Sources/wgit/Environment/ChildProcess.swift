import Glibc
import WeightStore

/// A program that runs beside this one, read line by line.
///
/// It has a process group of its own: Ctrl-C reaches it only through us, so that it hears of it once.
final class ChildProcess {
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  private let id: pid_t
  private var pipes: [LinePipe]
  private(set) var ending: Ending?

  /// - Parameters:
  ///   - environment: all variables.
  ///   - piped: descriptors of the child that are read here.
  ///   - input: the file that is its standard input.
  ///   - sendsOutputToErrors: whether its standard output goes where our standard error goes.
  /// - Throws: `CommandError` if the program cannot be started.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], piped: [Int32],
    sendsOutputToErrors: Bool = false, input: String = "/dev/null"
  ) throws {
    let pipes = try piped.map(LinePipe.init)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    if sendsOutputToErrors { posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) }
    for pipe in pipes { posix_spawn_file_actions_adddup2(&actions, pipe.writeEnd, pipe.childDescriptor) }
    var attributes = ChildProcess.attributes()
    defer { posix_spawnattr_destroy(&attributes) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var id = pid_t()
    let status = posix_spawn(&id, program, &actions, &attributes, &words, &variables)
    guard status == 0 else {
      throw CommandError(.notFound, "cannot run '\(program)': \(String(cString: strerror(status)))")
    }
    for pipe in pipes { pipe.closeWriteEnd() }
    self.id = id
    self.pipes = pipes
  }

  private static func attributes() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // We ignore broken pipes; programs expect not to.
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &broken)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    return attributes
  }

  /// Sends a signal to the program and all that it has started.
  func send(_ signal: Int32) {
    if ending == nil { kill(-id, signal) }
  }

  /// Waits for up to a fifth of a second until one of the programs has written or ended, and hands its lines on.
  static func attend(_ children: [ChildProcess], _ take: (ChildProcess, _ descriptor: Int32, _ line: String) -> Void) {
    var waits = children.flatMap(\.pipes).filter(\.isOpen).map {
      pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0)
    }
    // Without a pipe left there is nothing to wake up for but the end.
    poll(&waits, nfds_t(waits.count), waits.isEmpty ? 20 : 200)
    for child in children where child.ending == nil {
      var status: Int32 = 0
      let hasEnded = waitpid(child.id, &status, WNOHANG) == child.id
      for pipe in child.pipes { pipe.read { take(child, pipe.childDescriptor, $0) } }
      guard hasEnded else { continue }
      for pipe in child.pipes { pipe.finish { take(child, pipe.childDescriptor, $0) } }
      child.ending = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
    }
  }

  /// Whether everything that was written has been read and the program is gone.
  var hasEnded: Bool { ending != nil }

  /// The variables of this process.
  static func inheritedEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return variables
  }
}

/// A pipe from a descriptor of a child.
private final class LinePipe {
  let childDescriptor: Int32
  let readEnd: Int32
  private(set) var writeEnd: Int32
  private(set) var isOpen = true
  private var pending: [UInt8] = []

  /// A line that does not end is cut here.
  private static let lineLimit = 1 << 20

  init(_ childDescriptor: Int32) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw CommandError(.inputOutput, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    // Out of the way of the descriptors that the child is given.
    readEnd = fcntl(ends[0], F_DUPFD_CLOEXEC, 64)
    writeEnd = fcntl(ends[1], F_DUPFD_CLOEXEC, 64)
    close(ends[0])
    close(ends[1])
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    self.childDescriptor = childDescriptor
  }

  deinit {
    close(readEnd)
    closeWriteEnd()
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }

  /// Takes what is there now.
  func read(_ take: (String) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while isOpen {
      let count = Glibc.read(readEnd, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count == 0 { isOpen = false }
      guard count > 0 else { break }
      pending += buffer[..<count]
      emitLines(take)
    }
  }

  private func emitLines(_ take: (String) -> Void) {
    var start = 0
    while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
      take(String(decoding: pending[start..<end], as: UTF8.self))
      start = end + 1
    }
    pending.removeFirst(start)
    if pending.count > Self.lineLimit {
      take(String(decoding: pending, as: UTF8.self))
      pending = []
    }
  }

  /// Takes a last line without an end.
  func finish(_ take: (String) -> Void) {
    read(take)
    if !pending.isEmpty { take(String(decoding: pending, as: UTF8.self)) }
    (pending, isOpen) = ([], false)
  }
}
