import Testing
import WeightStore

struct RevisionTests {
  /// Three commits on `main`, the last a merge of `side` and the second.
  private func history() throws -> (temporary: TemporaryRepository, ids: [ObjectID<Commit>]) {
    let temporary = try TemporaryRepository()
    var ids: [ObjectID<Commit>] = []
    for number in 0..<3 {
      try temporary.write(safetensors([("w", 8, UInt64(number))]), to: "m.safetensors")
      ids.append(try temporary.commit("\(number)").id)
    }
    _ = try temporary.repository.switchTo(.newBranch("side", at: ids[1]))
    try temporary.write(safetensors([("w", 8, 77)]), to: "m.safetensors")
    ids.append(try temporary.commit("side").id)
    let merge = try temporary.merge([ids[2]])
    ids.append(merge.id)
    _ = try temporary.repository.fastForward(to: merge.id, description: "merge", removing: merge.candidate)
    return (temporary, ids)
  }

  @Test func everySpelling() throws {
    let (temporary, ids) = try history()
    let repository = temporary.repository
    for (text, index) in [
      ("HEAD", 4), ("@", 4), ("side", 4), ("refs/heads/side", 4), ("heads/side", 4), ("main", 2), ("main~0", 2),
      ("main^0", 2), ("main~", 1), ("main^", 1), ("main~1", 1), ("main~2", 0), ("main^^", 0), ("main~1~1", 0),
      ("HEAD^1", 3), ("HEAD^2", 2), ("HEAD^2~2", 0), ("HEAD~2", 1), ("@^2^", 1), (ids[0].hex, 0),
      (String(ids[3].hex.prefix(12)), 3), (ids[2].hex.uppercased(), 2), ("\(ids[2].short)~1", 1),
    ] {
      #expect(try repository.resolve(text) == ids[index], "\(text)")
    }
  }

  @Test(arguments: [
    "", "nothing", "main~3", "main^2", "main~99999999999999999999", "main~x", "main^-1", "main~~~~", "HEAD^3", "abc",
    "zzzzzz", "~", "^", "main@{1}", "main^{tree}", "main ", "-x", "main~\u{661}",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "00000000000000000000000000000000000000000000000000000000000000000",
  ])
  func unknown(_ text: String) throws {
    let (temporary, _) = try history()
    let error = expectError(.unknownRevision) { _ = try temporary.repository.resolve(text) }
    #expect(error?.subjects == ["main", "side"])
  }

  @Test func beforeTheFirstCommit() throws {
    let temporary = try TemporaryRepository()
    expectError(.unbornBranch) { _ = try temporary.repository.resolve("HEAD") }
    expectError(.unknownRevision) { _ = try temporary.repository.resolve("main") }
  }

  @Test func ambiguousPrefixesNameTheCandidates() throws {
    let temporary = try TemporaryRepository()
    // About 400 commits: some two share four digits with near certainty.
    var ids: [String] = []
    for number in 0..<400 {
      let outcome = try temporary.repository.commit(
        message: "\(number)", author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
        allowEmpty: true)
      ids.append(outcome.id.hex)
      let twins = ids.filter { $0.hasPrefix(outcome.id.hex.prefix(4)) }
      guard twins.count > 1 else { continue }
      let prefix = String(outcome.id.hex.prefix(4))
      let error = expectError(.ambiguousRevision) { _ = try temporary.repository.resolve(prefix) }
      #expect(error?.subjects.sorted() == twins.sorted())
      expectError(.ambiguousRevision) { _ = try temporary.repository.findObject(prefix) }
      #expect(try temporary.repository.resolve(outcome.id.hex) == outcome.id)
      return
    }
  }
}
