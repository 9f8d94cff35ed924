"""`burl validate`: is a configuration right, without starting anything."""

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_json


def validate(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check a configuration and its bundle; say what is wrong in one line per mistake, or print the settings."""
    import yaml

    from burl.bundle import load_bundle
    from burl.config import load_settings

    loaded = load_settings(config)
    if loaded.bundle.path:
        load_bundle(loaded.bundle.path)
    settings = loaded.model_dump(mode="json")
    if as_json:
        print_json(settings)
    else:
        print(f"# {config or 'the defaults'}: valid. The settings in force:")
        print(yaml.safe_dump(settings, sort_keys=False), end="")
