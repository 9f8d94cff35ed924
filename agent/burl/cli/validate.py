"""`burl validate`: is a configuration right, without starting anything."""

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_json


def validate(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check a configuration; say what is wrong in one line per mistake, or print the settings in force."""
    import yaml

    from burl.config import load_settings

    settings = load_settings(config).model_dump(mode="json")
    if as_json:
        print_json(settings)
    else:
        print(f"# {config or 'the defaults'}: valid. The settings in force:")
        print(yaml.safe_dump(settings, sort_keys=False), end="")
