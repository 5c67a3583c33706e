"""Lemmy: communities of posts with comment trees, over its HTTP API."""

from bot.platforms.lemmy.adapter import LemmyAdapter as LemmyAdapter
from bot.platforms.lemmy.pacing import Pace as Pace
