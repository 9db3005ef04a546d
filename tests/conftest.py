"""What every test may ask for by name: real servers, each started once, the first time somebody asks."""

pytest_plugins = ["tests.support.parts"]
