import Tensors
import Testing

struct NamePatternTests {
  @Test(arguments: [
    ("conv*", "conv1.weight", true), ("*.bias", "layer1.0.bn1.bias", true), ("a*z", "a/b.c/z", true),
    ("conv?", "conv1", true), ("conv?", "conv12", false), ("conv[12]", "conv2", true), ("conv[!12]", "conv2", false),
    ("conv1", "conv1.weight", false), ("\\*", "*", true), ("\\*", "a", false), ("[", "[", true), ("", "", true),
  ])
  func matchesAsShellsDo(pattern: String, name: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }

  @Test(arguments: ["conv1.weight", "a*b", "a?b", "a[0]b", "back\\slash", "*", ""])
  func aLiteralMatchesItsNameAlone(name: String) {
    let pattern = NamePattern.literal(name)
    #expect(pattern.matches(name))
    #expect(!pattern.matches(name + "x") && !pattern.matches("x" + name))
    if name.contains(where: "*?[".contains) {
      #expect(!pattern.matches(name.map { "*?[".contains($0) ? "xx" : "\($0)" }.joined()))
    }
  }
}
