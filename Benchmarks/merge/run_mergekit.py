"""Merges by mergekit and says what that took after all modules were loaded: wall and CPU seconds, as JSON.

    python run_mergekit.py CONFIGURATION.yml OUTPUT PHASES.json
"""
import json
import sys
import time

import torch
import transformers  # noqa: F401
import yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions


def main():
    configuration_path, output, phases = sys.argv[1:]
    with open(configuration_path) as file:
        configuration = MergeConfiguration.model_validate(yaml.safe_load(file))
    # PyTorch starts its threads with the first sum.
    torch.ones(1 << 20).sum()
    wall, cpu = time.perf_counter(), time.process_time()
    run_merge(configuration, output, MergeOptions(copy_tokenizer=False, quiet=True))
    with open(phases, "w") as file:
        json.dump({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}, file)


main()
