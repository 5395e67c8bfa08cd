"""How each program stores, gives back and checks a version. A tool's methods return lists of commands to be measured."""

import os
import shutil
import subprocess

PARENTS = {1: None, 2: 1, 3: 2, 4: 3, 5: 4, 6: 2, 7: 2}
FILE = "model.safetensors"


class Tool:
    name = ""
    program = ""
    #: What is kept, below the workspace.
    stored = ["store"]
    #: True if version 6 and 7 start from version 2; otherwise each follows the one before.
    branches = True
    settings = {}

    def __init__(self, options, folder, kind):
        self.options, self.folder, self.kind = options, folder, kind
        self.ids = {}
        self.environment = {
            "HOME": os.path.join(folder, "home"), "LANG": "C.UTF-8", "NO_COLOR": "1", "OPENBLAS_NUM_THREADS": "1",
            "PATH": os.path.join(options.venv or "/nonexistent", "bin") + ":" + os.environ["PATH"],
            "WGIT_AUTHOR_NAME": "A", "WGIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", **self.settings}

    @property
    def work(self):
        return os.path.join(self.folder, "work")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def found(self):
        return shutil.which(self.program, path=self.environment["PATH"]) is not None

    def version(self):
        return self._text([self.program, "--version"])

    def _text(self, command):
        os.makedirs(self.environment["HOME"], exist_ok=True)
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        return (result.stdout or result.stderr).strip().splitlines()[0]

    def package(self, name):
        return self._text([self.python, "-c", f"import importlib.metadata as m; print(m.version('{name}'))"])

    @property
    def python(self):
        return os.path.join(self.options.venv or "/nonexistent", "bin", "python3")

    def init(self):
        return []

    def before_add(self, number):
        """Commands that are not measured."""
        return []

    def after_placing(self, number):
        """Commands that are not measured, when the version's file lies in the folder."""
        return []

    def add(self, number):
        raise NotImplementedError

    def added(self, number, output):
        pass

    def restore(self, number):
        raise NotImplementedError

    def restored(self, number):
        return os.path.join(self.work, FILE)

    def check(self):
        return None


class Wgit(Tool):
    name = "wgit"
    stored = ["work/.wgit"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.program = self.options.wgit

    def init(self):
        return [[self.program, "init", "-q"]]

    def before_add(self, number):
        return [[self.program, "switch", "-q", "-c", f"branch-{number}", self.ids[2]]] if number >= 6 else []

    def add(self, number):
        return [[self.program, "add", "-q", FILE], [self.program, "commit", "-q", "-m", f"Version {number}"]]

    def added(self, number, output):
        self.ids[number] = output.split()[-1]

    def restore(self, number):
        return [[self.program, "switch", "-q", "--detach", self.ids[number]]]

    def check(self):
        return [[self.program, "fsck"]]


class Git(Tool):
    name = "git"
    program = "git"
    stored = ["work/.git"]
    tracked = [FILE]

    def init(self):
        return [["git", "init", "-q", "-b", "main"], ["git", "config", "gc.auto", "0"]]

    def before_add(self, number):
        return [["git", "switch", "-q", "-c", f"branch-{number}", "version-2"]] if number >= 6 else []

    def add(self, number):
        return [["git", "add", *self.tracked], ["git", "commit", "-q", "-m", f"Version {number}"],
                ["git", "tag", f"version-{number}"]]

    def restore(self, number):
        return [["git", "checkout", "-q", f"version-{number}"]]

    def check(self):
        return [["git", "fsck", "--full"]]


class GitLfs(Git):
    name = "git-lfs"

    def found(self):
        return shutil.which("git-lfs") is not None

    def version(self):
        return self._text(["git", "lfs", "version"])

    def init(self):
        return super().init() + [["git", "lfs", "install", "--local"], ["git", "lfs", "track", FILE],
                                 ["git", "add", ".gitattributes"]]

    def check(self):
        # Without a revision only the files of HEAD are hashed.
        return [["git", "fsck", "--full"], *(["git", "lfs", "fsck", f"version-{number}"] for number in PARENTS)]


class GitTheta(Git):
    name = "git-theta"
    settings = {"GIT_THETA_CHECKPOINT_TYPE": "safetensors"}

    def found(self):
        return shutil.which("git-theta", path=self.environment["PATH"]) is not None

    def version(self):
        return self.package("git-theta")

    def init(self):
        return [["git", "lfs", "install", "--skip-repo"], ["git", "theta", "install"], *super().init(),
                ["git", "theta", "track", FILE], ["git", "add", ".gitattributes"]]

    def check(self):
        return [["git", "fsck", "--full"], ["git", "lfs", "fsck"]]


class Dvc(Git):
    name = "DVC"
    program = "dvc"
    stored = ["work/.git", "work/.dvc", "store"]
    tracked = [FILE + ".dvc", ".gitignore"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.environment["DVC_SITE_CACHE_DIR"] = self.path("site")
        self.environment["DVC_NO_ANALYTICS"] = "1"

    def init(self):
        return super().init() + [["dvc", "init", "-q"], ["dvc", "config", "core.analytics", "false"],
                                 ["dvc", "config", "core.check_update", "false"], ["git", "add", ".dvc"]]

    def before_add(self, number):
        return super().before_add(number) + ([["dvc", "checkout", "-q", "--force"]] if number >= 6 else [])

    def add(self, number):
        return [["dvc", "add", "-q", FILE], *super().add(number)]

    def restore(self, number):
        return [*super().restore(number), ["dvc", "checkout", "-q", "--force"]]

    def check(self):
        return None


OXEN = """
import sys, oxen
verb, argument = sys.argv[1:]
repo = oxen.Repo('.')
if verb == 'init':
    oxen.user.config_user('A', 'a@example.org')
    repo.init()
elif verb == 'commit':
    repo.add('model.safetensors')
    repo.commit(argument)
elif verb == 'branch':
    name, start = argument.split(':')
    if name in ('version-6', 'version-7'):
        repo.checkout(start)
    repo.checkout(name, create=True)
else:
    repo.checkout(argument)
"""


class Oxen(Tool):
    name = "Oxen"
    stored = ["work/.oxen"]

    def found(self):
        return os.path.exists(self.python) and subprocess.run(
            [self.python, "-c", "import oxen"], capture_output=True).returncode == 0

    def version(self):
        return self.package("oxenai")

    def _run(self, verb, argument="-"):
        return [self.python, "-c", OXEN, verb, argument]

    def init(self):
        return [self._run("init")]

    def before_add(self, number):
        # Oxen's Python interface finds versions by branch: one for each version. The first is committed on main.
        if number == 1:
            return []
        return [self._run("branch", f"version-{number}:{self._branch(PARENTS[number])}")]

    def _branch(self, number):
        return "main" if number == 1 else f"version-{number}"

    def add(self, number):
        return [self._run("commit", f"Version {number}")]

    def restore(self, number):
        return [self._run("checkout", self._branch(number))]


class Reminis(Tool):
    name = "reminis"
    program = "reminis"

    def version(self):
        return self.package("reminis")

    def add(self, number):
        parent = ["--parent", f"v{PARENTS[number]}"] if PARENTS[number] else []
        return [["reminis", "registry", "add", self.path("store", "registry.db"), FILE, "--name", f"v{number}", "-q", *parent]]

    def restore(self, number):
        return [["reminis", "registry", "export", self.path("store", "registry.db"), "--name", f"v{number}", "-q",
                 "-o", self.restored(number)]]

    def restored(self, number):
        return self.path("out", FILE)


class Restic(Tool):
    name = "restic (auto)"
    program = "restic"
    compression = "auto"
    branches = False
    settings = {"RESTIC_PASSWORD": "benchmark"}

    def version(self):
        return self._text(["restic", "version"])

    def _run(self, *arguments):
        return ["restic", "-q", "-r", self.path("store"), *arguments]

    def init(self):
        return [self._run("init")]

    def add(self, number):
        return [self._run("--compression", self.compression, "backup", "--tag", f"v{number}", FILE)]

    def restore(self, number):
        return [self._run("restore", "latest", "--tag", f"v{number}", "--target", self.path("out"))]

    def restored(self, number):
        return next(os.path.join(folder, FILE) for folder, _, files in os.walk(self.path("out")) if FILE in files)

    def check(self):
        return [self._run("check", "--read-data")]


class ResticMax(Restic):
    name = "restic (max)"
    compression = "max"


class Borg(Tool):
    name = "borg (zstd 3)"
    program = "borg"
    branches = False
    settings = {"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.environment["BORG_BASE_DIR"] = self.path("home")

    def init(self):
        return [["borg", "init", "-e", "none", self.path("store")]]

    def add(self, number):
        return [["borg", "create", "--compression", "zstd,3", f"{self.path('store')}::v{number}", FILE]]

    def restore(self, number):
        # borg extracts below the current folder.
        return [["sh", "-c", f"cd {self.path('out')} && exec borg extract {self.path('store')}::v{number}"]]

    def restored(self, number):
        return self.path("out", FILE)

    def check(self):
        return [["borg", "check", "--verify-data", self.path("store")]]


class Compressor(Tool):
    """One compressed file for each version, each for itself."""

    branches = False
    program = "zstd"

    def stored_file(self, number):
        return self.path("store", str(number))

    def restored(self, number):
        return self.path("out", FILE)

    def _pack(self, source, target):
        raise NotImplementedError

    def _unpack(self, source, target):
        raise NotImplementedError

    def add(self, number):
        return [self._pack(FILE, self.stored_file(number))]

    def restore(self, number):
        return [self._unpack(self.stored_file(number), self.restored(number))]


class Copy(Compressor):
    name = "cp"
    program = "cp"

    def _pack(self, source, target):
        return ["cp", source, target]

    _unpack = _pack


class Zstd(Compressor):
    name = "zstd -3"

    def _pack(self, source, target):
        return ["zstd", "-q", "-f", "-3", "-T1", source, "-o", target]

    def _unpack(self, source, target):
        return ["zstd", "-q", "-f", "-d", source, "-o", target]

    def check(self):
        return [["zstd", "-q", "-t", self.stored_file(number)] for number in PARENTS]


class Xz(Compressor):
    name = "xz -1"
    program = "xz"

    def _pack(self, source, target):
        return ["sh", "-c", f"xz -1 -T1 -c {source} > {target}"]

    def _unpack(self, source, target):
        return ["sh", "-c", f"xz -d -c {source} > {target}"]

    def check(self):
        return [["sh", "-c", f"xz -t < {self.stored_file(number)}"] for number in PARENTS]


class ZstdPatch(Tool):
    """zstd --patch-from the version before; giving a version back starts from the first one."""

    name = "zstd -3 --patch-from"
    program = "zstd"

    def after_placing(self, number):
        return [["cp", FILE, self.path(f"plain-{number}")]]

    def add(self, number):
        parent = PARENTS[number]
        patch = [f"--patch-from={self.path(f'plain-{parent}')}"] if parent else []
        return [["zstd", "-q", "-f", "-3", "-T1", "--long=27", *patch, FILE, "-o", self.path("store", str(number))]]

    def restore(self, number):
        chain = [number]
        while PARENTS[chain[0]]:
            chain.insert(0, PARENTS[chain[0]])
        commands, last = [], None
        for step in chain:
            patch = [f"--patch-from={last}"] if last else []
            last = self.path("out", FILE if step == number else f"step-{step}")
            commands.append(["zstd", "-q", "-f", "-d", "--long=27", *patch, self.path("store", str(step)), "-o", last])
        return commands

    def restored(self, number):
        return self.path("out", FILE)


ZIPNN = """
import sys
from zipnn import ZipNN
verb, kind, source, target = sys.argv[1:]
coder = ZipNN(bytearray_dtype={'f32': 'float32', 'bf16': 'bfloat16'}[kind], threads=1)
data = open(source, 'rb').read()
open(target, 'wb').write(coder.compress(data) if verb == 'pack' else coder.decompress(data))
"""


class ZipNN(Compressor):
    name = "ZipNN"

    def found(self):
        return os.path.exists(self.python) and subprocess.run(
            [self.python, "-c", "import zipnn"], capture_output=True).returncode == 0

    def version(self):
        return self.package("zipnn")

    def _pack(self, source, target):
        return [self.python, "-c", ZIPNN, "pack", self.kind, source, target]

    def _unpack(self, source, target):
        return [self.python, "-c", ZIPNN, "unpack", self.kind, source, target]


TOOLS = [Wgit, Git, GitLfs, Dvc, Oxen, Reminis, GitTheta, Restic, ResticMax, Borg, ZipNN, Zstd, ZstdPatch, Xz, Copy]
