"""`burl validate`: is a configuration right, without starting anything."""

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_json


def validate(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check a configuration and its bundle: one line for each mistake, or what differs from the defaults."""
    import yaml

    from burl.bundle import load_bundle
    from burl.config import load_settings

    settings = load_settings(config)
    if settings.bundle.path:
        load_bundle(settings.bundle.path)
    if as_json:
        print_json(settings.model_dump(mode="json"))
        return
    changed = settings.model_dump(mode="json", exclude_defaults=True)
    print(f"# {config or 'the environment'}: valid. What differs from the defaults:")
    print(yaml.safe_dump(changed, sort_keys=False), end="")
