"""Places that many may claim: whoever floods must leave some to the others."""


def has_fair_claim(held: int, taken: int, places: int) -> bool:
    """Return whether the holder of `held` of `places` may have one more: while it holds fewer than are free.

    So one that takes all it can get ends with half of all places, two with a third each, and who holds little
    finds one free. This is the dynamic threshold of Choudhury and Hahne (IEEE/ACM Transactions on Networking
    6(2), 1998), made for the memory of switches. `taken` counts the places of all holders.
    """
    return held < places - taken
