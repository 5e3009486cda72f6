"""Distillation of Oddpixel's initial models. See the README beside this package."""
