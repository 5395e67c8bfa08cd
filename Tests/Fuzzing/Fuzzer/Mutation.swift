import FuzzedParsers

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// What libFuzzer calls to make a new input from an old one: half of the time with a look at what the input is.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32
) -> Int {
  var random = Random(seed)
  let input = UnsafeRawBufferPointer(start: bytes, count: count)
  var mutator = JSONMutator(seed: seed)
  var changed: [UInt8]?
  if random.below(2) == 0 {
    switch parser {
    case .manifest, .tree, .commit, .operation, .certificateResult, .json, .network, .tokenizer, .encoder:
      changed = mutator.mutate(input)
    case .safetensors: changed = mutateSafetensors(input, &mutator, &random)
    case .delta: changed = cutRawBits(input, &random)
    default: break
    }
  }
  guard let changed, changed.count <= limit else { return mutateBytes(bytes, count, limit) }
  UnsafeMutableRawPointer(bytes).copyMemory(from: changed, byteCount: changed.count)
  return changed.count
}

/// A changed header with its right length, before as many bytes as it had, or now needs.
private func mutateSafetensors(
  _ input: UnsafeRawBufferPointer, _ mutator: inout JSONMutator, _ random: inout Random
) -> [UInt8]? {
  guard input.count >= 8, input[2...7].allSatisfy({ $0 == 0 }) else { return nil }
  let length = Int(input[0]) | Int(input[1]) << 8
  guard length <= input.count - 8,
    let header = mutator.mutate(UnsafeRawBufferPointer(rebasing: input[8..<(8 + length)]))
  else { return nil }
  var dataByteCount = input.count - 8 - length
  if random.below(2) == 0, let end = mutator.largestNumber(in: header, atMost: 2048) { dataByteCount = end }
  var output = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
  output += header
  output += [UInt8](repeating: 7, count: dataByteCount)
  return output
}

/// Tokens with fewer raw bits than they ask for, and the right number of bytes in front.
private func cutRawBits(_ input: UnsafeRawBufferPointer, _ random: inout Random) -> [UInt8]? {
  let place = CodecInput.headerByteCount + 6
  guard input.count > place + 4, input[0].isMultiple(of: 2) else { return nil }
  var output = Array(input)
  let count = output[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
  guard count > 0, count < input.count - place else { return nil }
  let cut = 1 + random.below(count)
  output.removeLast(cut)
  for index in 0..<4 { output[place + index] = UInt8(truncatingIfNeeded: (count - cut) >> (8 * index)) }
  return output
}
