import Foundation
import Merging
import Tensors

/// What merging costs above reading all inputs once and writing the output.
///
///     MergeBenchmark FOLDER [--megabytes 256] [--models 4] [--dtype bf16] [--threads 1] [--repeats 3] STRATEGY …
///
/// Makes a base and fine-tuned models of random numbers in FOLDER, unless they are there: files of 16 MB tensors without a
/// header. Then, again and again: the floor (`cat` of all inputs that the strategy reads, `cp` of one of them) and the
/// strategy. Medians of CPU seconds and of wall seconds, and the most anonymous memory seen.
@main
enum MergeBenchmark {
  static func main() throws {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    let files = try ModelFiles(options)
    print("| strategy | floor CPU s | CPU s | CPU / floor | wall s | anonymous MiB |")
    print("|---|---|---|---|---|---|")
    for text in options.strategies {
      let strategy = try MergeStrategy(parsing: text)
      var floors: [Double] = []
      var runs: [Cost] = []
      for _ in 0..<options.repeats {
        floors.append(files.floor(hasBase: strategy.recipe.base == .required))
        runs.append(try Cost.of { try MergeRun(strategy, files, threads: options.threads).run() })
      }
      let floor = median(floors)
      let cpu = median(runs.map(\.cpu))
      let row = [floor, cpu, cpu / floor, median(runs.map(\.wall))].map { String(format: "%.2f", $0) }
      print("| `\(text)` | \(row.joined(separator: " | ")) | \(runs.map(\.anonymousMiB).max() ?? 0) |")
    }
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

struct Options {
  var folder = ""
  var byteCount = 256 << 20
  var modelCount = 4
  var dtype = DType.bf16
  var threads = 1
  var repeats = 3
  var strategies: [String] = []

  struct Invalid: Error {
    let argument: String
  }

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func number(_ argument: String) throws -> Int {
      guard let value = rest.popFirst().flatMap(Int.init), value > 0 else { throw Invalid(argument: argument) }
      return value
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--megabytes": byteCount = try number(argument) << 20
      case "--models": modelCount = try number(argument)
      case "--threads": threads = try number(argument)
      case "--repeats": repeats = try number(argument)
      case "--dtype":
        guard let dtype = DType(rawValue: rest.popFirst()?.uppercased() ?? "") else {
          throw Invalid(argument: argument)
        }
        self.dtype = dtype
      default:
        if folder.isEmpty { folder = argument } else { strategies.append(argument) }
      }
    }
    guard !folder.isEmpty, !strategies.isEmpty else { throw Invalid(argument: "FOLDER STRATEGY") }
  }
}

/// CPU and wall time, and memory.
struct Cost {
  let cpu: Double
  let wall: Double
  let anonymousMiB: Int

  static func of(_ body: () throws -> Int) rethrows -> Cost {
    let start = (cpuSeconds(), ContinuousClock.now)
    let memory = try body()
    let wall = ContinuousClock.now - start.1
    return Cost(
      cpu: cpuSeconds() - start.0,
      wall: Double(wall.components.seconds) + Double(wall.components.attoseconds) * 1e-18, anonymousMiB: memory)
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What the process holds now beside files, in MiB.
  static func anonymousMiB() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) >> 10
  }
}
