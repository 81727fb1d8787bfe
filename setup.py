"""Puts the grammar, whose home is grammar/, beside its parser in a wheel. Everything else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithGrammar(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            self.copy_file("grammar/policy.lark", str(Path(self.build_lib, "policyd", "language", "policy.lark")))


setup(cmdclass={"build_py": BuildWithGrammar})
