"""What the name of a handle tells: which kind of department it is, or that it is an office at all.

A directory knows its own handles; posts address many more (a ministry, the next district's police), and a model that
is tried without a directory knows none. The patterns are parts of names that Indian offices use for themselves.
"""

import re
from functools import lru_cache

from schemas.directory import DepartmentKind

__all__ = ["kinds_of_handle"]

_POLICE, _CITY, _POWER, _WATER, _RAIL, _DM = (
    DepartmentKind.POLICE,
    DepartmentKind.MUNICIPALITY,
    DepartmentKind.ELECTRICITY,
    DepartmentKind.WATER,
    DepartmentKind.RAILWAYS,
    DepartmentKind.DISTRICT_MAGISTRATE,
)
_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (str(kind), re.compile(pattern))
    for kind, pattern in (
        (_POLICE, r"polic|pol$|^c?sp[_ ]?[A-Z]|^d?cp[_ ]?[A-Z]|^(?:cp|sp|dcp|acp|igp?|dgp)[_a-z]|traffic|cyber|thana|cop[s_]|_ssp|^ssp"),
        (_CITY, r"mc[_.]?(?:ward|roads|swm|[a-z]{2,8})?\d*$|^mc[_a-z]|nagar(?:nigam|palika|parishad|$)|ward|municipal|mahapalika|corp(?:oration)?\d*$|_np$|np$|swachh?|roads?(?:of|$)|palika"),
        (_POWER, r"bij?li|vidyut|vij$|vij_|mahavitaran|discom|power|electric|urja|[a-z]+vvnl|uppcl|msedcl|bses"),
        (_WATER, r"jal(?:board|nigam|kal|$|[A-Z_])|water|jal[a-z]*board|pani"),
        (_RAIL, r"rail|rly|^drm|drm(?:[_ ]|$)|irctc|rpf|grp$|indianrail"),
        (_DM, r"^dm[_a-z]|_dm$|dm$|collector|zila|tehsil|^adm_|sdm"),
    )
)  # fmt: skip
_OFFICE = re.compile(
    r"help(?:desk)?|office|offc|official|min(?:ister|istry)?(?:desk|india|of|$)|^cmo|cmo$|^pmo|^hmo|gov|govt|dept|vibhag|seva|mandal|"
    r"parivahan|roadways|metro|shiksha|board|swasthya|health|arogya|karyalay|nirman|rasad|khadya|kalyan|gas$|bank$|zp$|zp[A-Z_]|"
    r"vidyalaya|hospital|vanvibhag|pradushan|fire|bus$|transport|_pr$|nhai|pwd|commissioner"
)


@lru_cache(maxsize=1 << 14)
def kinds_of_handle(handle: str) -> tuple[str, ...]:
    """The kinds of department a handle's name points to; ("office",) for an office of no known kind; else ()."""
    name = handle.lstrip("@").lower()
    kinds = tuple(kind for kind, pattern in _NAMES if pattern.search(name))
    return kinds or (("office",) if _OFFICE.search(name) else ())
