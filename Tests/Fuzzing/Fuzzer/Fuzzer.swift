import FuzzedParsers
import Glibc

/// What libFuzzer calls. `WGIT_FUZZ_PARSER` names the parser, so that one program serves them all.
let parser: Parser = {
  let name = getenv("WGIT_FUZZ_PARSER").map { String(cString: $0) } ?? ""
  guard let parser = Parser(rawValue: name) else {
    fatalError("WGIT_FUZZ_PARSER must be one of: \(Parser.allCases.map(\.rawValue).joined(separator: " "))")
  }
  return parser
}()

/// Errors are what a parser is expected to throw at nonsense; a trap, a wrong access or a hang ends the run.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do { try parser.run(UnsafeRawBufferPointer(start: bytes, count: count)) } catch {}
  return 0
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<Arguments?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The package manager calls the main function of a program after its module.
@_cdecl("Fuzzer_main")
public func fuzzerMain(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
  if let folder = getenv("WGIT_FUZZ_SEEDS") {
    do { try CodecSeeds.write(to: String(cString: folder)) } catch { fatalError("\(error)") }
    return 0
  }
  var count = count
  var arguments = arguments
  return runDriver(&count, &arguments) { fuzzOneInput($0, $1) }
}
