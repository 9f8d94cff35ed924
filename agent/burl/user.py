"""Who runs this process: said of verdicts, names and bundles unless another is named."""

import getpass


def user_name(otherwise: str = "unknown") -> str:
    """Return the name of whoever runs this; `otherwise` where it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return otherwise
