"""Figures, printed and stored as they come, within a budget of seconds."""

import json
import time
import traceback
from pathlib import Path

import torch


class Report:
    """Figures, printed and written as they come, within a budget of seconds."""

    def __init__(self, options):
        self.options, self.start, self.figures = options, time.perf_counter(), {}

    def left(self):
        return self.options.seconds - (time.perf_counter() - self.start)

    def say(self, section, **figures):
        self.figures.setdefault(section, []).append(figures)
        text_of_figures = ", ".join(f"{name} {short(value)}" for name, value in figures.items())
        print(
            f"[{time.perf_counter() - self.start:6.1f} s] {section}: {text_of_figures}", flush=True
        )
        text = json.dumps(self.figures, indent=1, default=str)
        Path(self.options.output).write_text(text + "\n")

    def run(self, section, function, needed):
        """Run a part of the benchmark if there is time for it, and report any error in it."""
        if self.left() < needed:
            self.say("left out", part=section, seconds_left=self.left())
            return
        torch.backends.cuda.matmul.allow_tf32 = False  # a failed part may have left it on
        try:
            with torch.inference_mode():
                function()
        except Exception as error:
            traceback.print_exc()
            self.say("failed", part=section, error=f"{type(error).__name__}: {error}"[:500])
        finally:
            if self.options.device == "cuda":
                torch.cuda.empty_cache()


def short(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
