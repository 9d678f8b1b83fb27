"""The demo pilot: from sign-up to a settled dispute, in a few seconds."""

from pocplatform.pilots.demo.result import DemoResult, StepLine
from pocplatform.pilots.demo.scenario import run

__all__ = ["DemoResult", "StepLine", "run"]
