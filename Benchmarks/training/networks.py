"""The benchmark's networks in PyTorch, with the parameter names wgit's presets have."""

from collections import OrderedDict

from torch import nn


def named(*layers):
    """Layers as pairs of name and module; those without parameters may lack a name."""
    return nn.Sequential(OrderedDict(
        layer if isinstance(layer, tuple) else (f"layer{index}", layer) for index, layer in enumerate(layers)))


def mlp():
    return named(
        nn.Flatten(), ("hidden1", nn.Linear(784, 512)), nn.ReLU(), ("hidden2", nn.Linear(512, 512)), nn.ReLU(),
        ("classifier", nn.Linear(512, 10)))


def lenet():
    return named(
        ("conv1", nn.Conv2d(1, 16, 5)), nn.ReLU(), nn.MaxPool2d(2), ("conv2", nn.Conv2d(16, 32, 5)), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), ("hidden", nn.Linear(512, 128)), nn.ReLU(), ("classifier", nn.Linear(128, 10)))


def mnist_cnn(width=64):
    """DomainBed's MNIST_CNN with its classifier."""
    wide = 2 * width
    layers = []
    for number, (inputs, outputs, stride) in enumerate(
            [(1, width, 1), (width, wide, 2), (wide, wide, 1), (wide, wide, 1)]):
        layers += [(f"conv{number + 1}", nn.Conv2d(inputs, outputs, 3, stride, 1)), nn.ReLU(),
                   (f"bn{number}", nn.GroupNorm(8, outputs))]
    return named(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), ("classifier", nn.Linear(wide, 10)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """CIFAR ResNet of 6 blocks + 2 layers; 3 blocks of each width are ResNet-20."""

    def __init__(self, blocks=3, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        widths = [16, 16, 32, 64]
        for stage in range(1, 4):
            layers = [
                BasicBlock(widths[stage - 1] if index == 0 else widths[stage], widths[stage],
                           2 if stage > 1 and index == 0 else 1) for index in range(blocks)]
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


class WideBlock(nn.Module):
    """Normalisation and ReLU before each convolution; a shortcut that changes channels reads what the first ReLU gives."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False))

    def forward(self, x):
        first = self.bn1(x).relu()
        return self.conv2(self.bn2(self.conv1(first)).relu()) + (x if self.shortcut is None else self.shortcut(first))


class WideResNet(nn.Module):
    """WRN-(6 blocks + 4)-width."""

    def __init__(self, blocks=2, width=2, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        inputs = 16
        for stage in range(1, 4):
            outputs = 16 * width << (stage - 1)
            layers = []
            for index in range(blocks):
                layers.append(WideBlock(inputs, outputs, 2 if stage > 1 and index == 0 else 1))
                inputs = outputs
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.bn1(self.layer3(self.layer2(self.layer1(self.conv1(x))))).relu()
        return self.fc(x.mean((2, 3)))


NETWORKS = {
    "mlp": (mlp, (1, 28, 28)),
    "lenet": (lenet, (1, 28, 28)),
    "mnist-cnn": (mnist_cnn, (1, 28, 28)),
    "mnist-cnn-quarter": (lambda: mnist_cnn(16), (1, 28, 28)),
    "resnet20": (ResNet, (3, 32, 32)),
    "wide-resnet": (WideResNet, (3, 32, 32)),
}
